package doctor

// The codes of findings.
const (
	CodeSetting Code = "setting" // a setting is invalid; the value Words explains it

	CodeBaseGood     Code = "base_good"
	CodeBaseMissing  Code = "base_missing"
	CodeBaseBad      Code = "base_bad"   // not what models.ParseBaseURL takes
	CodeBasePlain    Code = "base_plain" // http, which others can read
	CodeBaseLoopback Code = "base_loopback"

	CodeKeysGood        Code = "keys_good"
	CodeKeysChanging    Code = "keys_changing" // two keys of the platform are in use
	CodeKeyMissing      Code = "key_missing"   // the merchant's key is not set
	CodeKeyNoFile       Code = "key_no_file"
	CodeKeyExposed      Code = "key_exposed"
	CodeKeyIsPublic     Code = "key_is_public"
	CodeKeyDamaged      Code = "key_damaged"
	CodeKeyWeak         Code = "key_weak"
	CodePeerMissing     Code = "peer_missing" // the platform's key is not set
	CodePeerNoFile      Code = "peer_no_file"
	CodePeerWritable    Code = "peer_writable"
	CodePeerIsPrivate   Code = "peer_is_private"
	CodePeerDamaged     Code = "peer_damaged"
	CodePeerIsOwn       Code = "peer_is_own"    // the shop's public key was given as the platform's
	CodePeersTooMany    Code = "peers_too_many" // more than two
	CodeKeysSwapped     Code = "keys_swapped"   // the two key files are swapped
	CodeKeyFileReadable Code = "key_unreadable"

	CodeDatabaseGood Code = "database_good"
	CodeDatabaseBad  Code = "database_bad"
	// CodeDatabaseReadOnly means that the server refuses changes, as a replica does.
	CodeDatabaseReadOnly Code = "database_read_only"

	CodePowerGood    Code = "power_good"   // commits are on disk
	CodePowerFlush   Code = "power_flush"  // the server flushes its log later
	CodePowerBinlog  Code = "power_binlog" // the server flushes its binary log later
	CodePowerFile    Code = "power_file"   // SQLite flushes its file later
	CodePowerUnknown Code = "power_unknown"

	CodeTimeGood   Code = "time_good"
	CodeTimeSame   Code = "time_same" // the database has no clock of its own
	CodeTimeAhead  Code = "time_ahead"
	CodeTimeBehind Code = "time_behind"

	CodeMigrationsGood    Code = "migrations_good"
	CodeMigrationsBehind  Code = "migrations_behind"
	CodeMigrationsUnknown Code = "migrations_unknown"

	CodePlatformGood        Code = "platform_good"
	CodePlatformMissing     Code = "platform_missing"     // its address is not set
	CodePlatformBad         Code = "platform_bad"         // its address is invalid
	CodePlatformUnreachable Code = "platform_unreachable" // no connection
	CodePlatformNoName      Code = "platform_no_name"     // its host name has no address
	CodePlatformTLS         Code = "platform_tls"         // its certificate is not trusted
	CodePlatformSlow        Code = "platform_slow"        // no answer in time

	CodeClockGood    Code = "clock_good"
	CodeClockAhead   Code = "clock_ahead"
	CodeClockBehind  Code = "clock_behind"
	CodeClockUnknown Code = "clock_unknown"

	CodeCallsGood      Code = "calls_good"
	CodeCallsNotAsked  Code = "calls_not_asked"
	CodeAppIDMissing   Code = "app_id_missing"
	CodeAppIDWrong     Code = "app_id_wrong"
	CodeCallsTime      Code = "calls_time"      // the platform refuses the shop's time
	CodeCallsSignature Code = "calls_signature" // the platform refuses the shop's signature
	CodeCallsAnswer    Code = "calls_answer"    // the shop refuses the platform's signature
	CodeCallsRefused   Code = "calls_refused"   // another refusal
	CodeCallsUnknown   Code = "calls_unknown"   // no meaningful answer

	CodeCallbacksGood    Code = "callbacks_good"
	CodeCallbacksNone    Code = "callbacks_none"    // none yet, and nothing was paid
	CodeCallbacksMissing Code = "callbacks_missing" // payments arrived without them
	CodeWorkersGood      Code = "workers_good"
	CodeWorkersLate      Code = "workers_late"
	CodeWorkersStalled   Code = "workers_stalled" // of this process: a step does not end
	CodeWorkersFailing   Code = "workers_failing" // of this process: all steps fail
	CodeWorkersSaid      Code = "workers_said"    // what a running shop reports of its workers
	CodeStoreUnknown     Code = "store_unknown"

	CodeMailGood       Code = "mail_good"
	CodeMailFiles      Code = "mail_files"
	CodeMailUnreadable Code = "mail_unreadable"

	CodeProxiesGood    Code = "proxies_good"
	CodeProxiesNone    Code = "proxies_none"
	CodeProxiesWide    Code = "proxies_wide"
	CodeProxiesUnnamed Code = "proxies_unnamed"
	// CodeProxiesNotNeeded means that no proxy is trusted and none is in use.
	CodeProxiesNotNeeded Code = "proxies_not_needed"

	CodeDiskGood    Code = "disk_good"
	CodeDiskLow     Code = "disk_low"
	CodeDiskFull    Code = "disk_full"
	CodeDiskUnknown Code = "disk_unknown"

	CodeVersion Code = "version"
)
