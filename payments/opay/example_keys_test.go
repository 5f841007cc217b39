package opay_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/payments/opay"
)

func ExampleGenerateKeys() {
	key, err := opay.GenerateKeys(0) // 2048 bits
	if err != nil {
		fmt.Println(err)
		return
	}
	private, err := opay.MarshalPrivateKey(key) // to a file of mode 0600
	if err != nil {
		fmt.Println(err)
		return
	}
	public, err := opay.MarshalPublicKey(&key.PublicKey) // to register at the platform
	if err != nil {
		fmt.Println(err)
		return
	}
	first, _, _ := strings.Cut(string(private), "\n")
	second, _, _ := strings.Cut(string(public), "\n")
	fmt.Println(first, second)
	// Output: -----BEGIN PRIVATE KEY----- -----BEGIN PUBLIC KEY-----
}

func ExampleParsePrivateKey() {
	_, err := opay.ParsePrivateKey("merchant private key", []byte("not a key"))
	fmt.Println(errors.Is(err, opay.ErrKey), err)
	// Output: true opay: unusable key: merchant private key: not an RSA private key (PKCS#8 or PKCS#1) of 1024 to 8192 bits
}

func ExampleParsePublicKey() {
	key, err := opay.GenerateKeys(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := opay.MarshalPublicKey(&key.PublicKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	public, err := opay.ParsePublicKey("exchange public key", text)
	fmt.Println(public.Equal(&key.PublicKey), err)
	fmt.Println(opay.Fingerprint(public) == opay.Fingerprint(&key.PublicKey))
	// Output:
	// true <nil>
	// true
}

func ExampleParseKeyring() {
	own, err := opay.GenerateKeys(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	private, err := opay.MarshalPrivateKey(own)
	if err != nil {
		fmt.Println(err)
		return
	}
	public, err := opay.MarshalPublicKey(&own.PublicKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = opay.ParseKeyring(private, public)
	fmt.Println(errors.Is(err, opay.ErrOwnKey)) // the platform's key is needed, not the one registered there
	// Output: true
}

func ExampleKeyring_Check() {
	weak, err := opay.GenerateKeys(1024)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, platform := exampleKeys()
	fmt.Println(platform.Check())
	strong, err := opay.GenerateKeys(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, err := opay.NewKeyring(strong, &weak.PublicKey)
	fmt.Println(err, errors.Is(keys.Check(), opay.ErrWeakKey))
	// Output:
	// <nil>
	// <nil> true
}

func ExampleKeyring_PreCheck() {
	merchant, platform := exampleKeys()
	envelope, err := platform.Seal([]byte(`{"orderStatus":"3"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	first, err := merchant.PreCheck(envelope) // public keys only
	fmt.Println(err)
	envelope, err = platform.Seal([]byte(`{"orderStatus":"3"}`)) // the same text, encrypted again
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := merchant.PreCheckWithin(envelope, opay.MaxNotificationBlocks)
	fmt.Println(first == again, err)
	plain, err := merchant.OpenWithin(envelope, opay.MaxNotificationBlocks)
	fmt.Printf("%s %v\n", plain, err)
	// Output:
	// <nil>
	// true <nil>
	// {"orderStatus":"3"} <nil>
}

func ExampleNewSecret() {
	secret, err := opay.NewSecret("0123456789abcdef", "fedcba9876543210") // the second: while the secret changes
	fmt.Println(secret, err)
	_, err = opay.NewSecret("short")
	fmt.Println(errors.Is(err, opay.ErrKey))
	// Output:
	// secret(2) <nil>
	// true
}

func ExampleSecret() {
	secret, err := opay.NewSecret("0123456789abcdef")
	if err != nil {
		fmt.Println(err)
		return
	}
	body := secret.Seal(opay.Field{Name: "orderNum", Value: "10000000002"}, opay.Field{Name: "appKey", Value: "xxx_xxx"})
	fmt.Printf("%s\n", body)
	message, err := opay.ParseObject(body)
	if err != nil {
		fmt.Println(err)
		return
	}
	sign, err := secret.Sign(message)
	fmt.Println(sign, err)
	fmt.Println(secret.Verify(message))
	// Output:
	// {"orderNum":"10000000002","appKey":"xxx_xxx","sign":"07697f69a84db391f7375de3f24980ef"}
	// 07697f69a84db391f7375de3f24980ef <nil>
	// <nil>
}

func ExampleParseProfile() {
	profile, err := opay.ParseProfile([]byte(`{"signing":"md5","paths":{"pay":"/pay.html"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(profile.Signing, profile.Paths.Pay, profile.Paths.Login == "")
	whole := profile.WithDefaults()
	fmt.Println(whole.Time, whole.Nonce, whole.PayLink, whole.Paths.Login)
	fmt.Printf("%s\n", profile.Encode())

	_, err = opay.ParseProfile([]byte(`{"time":"minutes"}`))
	var wrong *opay.ProfileError
	fmt.Println(errors.As(err, &wrong), wrong.Member)
	// Output:
	// md5 /pay.html true
	// none omit computed /platform/login.html
	// {"signing":"md5","paths":{"pay":"/pay.html"}}
	// true time
}

func ExampleProfile_Check() {
	fmt.Println(opay.Profile{Time: opay.TimeNone}.Check())
	// Output: opay: not a profile of a platform: time cannot be none with rsa signing
}
