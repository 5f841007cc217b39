package doctor

import "github.com/coincart/coincart/models/health"

// The codes of findings.
const (
	CodeSetting health.Code = "setting" // a setting is invalid; the value Words explains it

	CodeBaseGood     health.Code = "base_good"
	CodeBaseMissing  health.Code = "base_missing"
	CodeBaseBad      health.Code = "base_bad"   // not what models.ParseBaseURL takes
	CodeBasePlain    health.Code = "base_plain" // http, which others can read
	CodeBaseLoopback health.Code = "base_loopback"

	CodeKeysGood        health.Code = "keys_good"
	CodeKeysChanging    health.Code = "keys_changing" // two keys of the platform are in use
	CodeKeyMissing      health.Code = "key_missing"   // the merchant's key is not set
	CodeKeyNoFile       health.Code = "key_no_file"
	CodeKeyExposed      health.Code = "key_exposed"
	CodeKeyIsPublic     health.Code = "key_is_public"
	CodeKeyDamaged      health.Code = "key_damaged"
	CodeKeyWeak         health.Code = "key_weak"
	CodePeerMissing     health.Code = "peer_missing" // the platform's key is not set
	CodePeerNoFile      health.Code = "peer_no_file"
	CodePeerWritable    health.Code = "peer_writable"
	CodePeerIsPrivate   health.Code = "peer_is_private"
	CodePeerDamaged     health.Code = "peer_damaged"
	CodePeerIsOwn       health.Code = "peer_is_own"    // the shop's public key was given as the platform's
	CodePeersTooMany    health.Code = "peers_too_many" // more than two
	CodeKeysSwapped     health.Code = "keys_swapped"   // the two key files are swapped
	CodeKeyFileReadable health.Code = "key_unreadable"

	CodeSecretGood     health.Code = "secret_good" // md5 signing, which does not protect as much as rsa
	CodeSecretMissing  health.Code = "secret_missing"
	CodeSecretNoFile   health.Code = "secret_no_file"
	CodeSecretExposed  health.Code = "secret_exposed"
	CodeSecretDamaged  health.Code = "secret_damaged"
	CodeSecretsTooMany health.Code = "secrets_too_many" // more than two
	CodeSecretUnused   health.Code = "secret_unused"    // a secret is set with rsa signing
	CodePeerUnused     health.Code = "peer_unused"      // a key of the platform is set with md5 signing

	CodeDatabaseGood health.Code = "database_good"
	CodeDatabaseBad  health.Code = "database_bad"
	// CodeDatabaseReadOnly means that the server refuses changes, as a replica does.
	CodeDatabaseReadOnly health.Code = "database_read_only"

	CodePowerGood    health.Code = "power_good"   // commits are on disk
	CodePowerFlush   health.Code = "power_flush"  // the server flushes its log later
	CodePowerBinlog  health.Code = "power_binlog" // the server flushes its binary log later
	CodePowerFile    health.Code = "power_file"   // SQLite flushes its file later
	CodePowerUnknown health.Code = "power_unknown"

	CodeEncryptionLocal      health.Code = "encryption_local" // the database is on this machine
	CodeEncryptionGood       health.Code = "encryption_good"
	CodeEncryptionNone       health.Code = "encryption_none"       // plain text over the network
	CodeEncryptionUnverified health.Code = "encryption_unverified" // encrypted, but the server may be anyone

	CodeTimeGood   health.Code = "time_good"
	CodeTimeSame   health.Code = "time_same" // the database has no clock of its own
	CodeTimeAhead  health.Code = "time_ahead"
	CodeTimeBehind health.Code = "time_behind"

	CodeMigrationsGood    health.Code = "migrations_good"
	CodeMigrationsBehind  health.Code = "migrations_behind"
	CodeMigrationsUnknown health.Code = "migrations_unknown"

	CodePlatformGood        health.Code = "platform_good"
	CodePlatformMissing     health.Code = "platform_missing"     // its address is not set
	CodePlatformBad         health.Code = "platform_bad"         // its address is invalid
	CodePlatformUnreachable health.Code = "platform_unreachable" // no connection
	CodePlatformNoName      health.Code = "platform_no_name"     // its host name has no address
	CodePlatformTLS         health.Code = "platform_tls"         // its certificate is not trusted
	CodePlatformSlow        health.Code = "platform_slow"        // no answer in time

	CodeClockGood    health.Code = "clock_good"
	CodeClockAhead   health.Code = "clock_ahead"
	CodeClockBehind  health.Code = "clock_behind"
	CodeClockUnknown health.Code = "clock_unknown"

	CodeCallsGood       health.Code = "calls_good"
	CodeCallsNotAsked   health.Code = "calls_not_asked"
	CodeAppIDMissing    health.Code = "app_id_missing"
	CodeAppIDWrong      health.Code = "app_id_wrong"
	CodeCallsTime       health.Code = "calls_time"        // the platform refuses the shop's time
	CodeCallsSignature  health.Code = "calls_signature"   // the platform refuses the shop's signature
	CodeCallsSecret     health.Code = "calls_secret"      // the platform refuses a signature with the secret
	CodeCallsSecretGood health.Code = "calls_secret_good" // it accepts one
	CodeCallsAnswer     health.Code = "calls_answer"      // the shop refuses the platform's signature
	CodeCallsRefused    health.Code = "calls_refused"     // another refusal
	CodeCallsUnknown    health.Code = "calls_unknown"     // no meaningful answer

	CodeWorkersStalled health.Code = "workers_stalled" // of this process: a step does not end
	CodeWorkersFailing health.Code = "workers_failing" // of this process: all steps fail
	CodeWorkersSaid    health.Code = "workers_said"    // what a running shop reports of its workers
	CodeStoreUnknown   health.Code = "store_unknown"

	CodeProxiesGood    health.Code = "proxies_good"
	CodeProxiesNone    health.Code = "proxies_none"
	CodeProxiesWide    health.Code = "proxies_wide"
	CodeProxiesUnnamed health.Code = "proxies_unnamed"
	// CodeProxiesNotNeeded means that no proxy is trusted and none is in use.
	CodeProxiesNotNeeded health.Code = "proxies_not_needed"

	CodeDiskGood    health.Code = "disk_good"
	CodeDiskLow     health.Code = "disk_low"
	CodeDiskFull    health.Code = "disk_full"
	CodeDiskUnknown health.Code = "disk_unknown"

	CodeVersion health.Code = "version"
)
