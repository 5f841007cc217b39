package opay_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/coincart/coincart/payments/opay"
)

const paid = `{"outOrderId":"11321","orderNum":"10000000002","orderStatus":"3","payAmount":"10","returnUrl":""}`

func TestVectors_SignIsReproducedByteForByte(t *testing.T) {
	v := loadVectors(t)
	merchant, platform := v.rings(t)
	for _, side := range []struct {
		from *opay.Keyring
		list []vector
	}{{merchant, v.ToPlatform}, {platform, v.ToMerchant}} {
		for _, vec := range side.list {
			equal(t, seal(t, side.from, vec.Plain).Sign, vec.Sign, vec.Name)
		}
	}
}

func TestVectors_EveryDataOpensInBothAlphabets(t *testing.T) {
	v := loadVectors(t)
	merchant, platform := v.rings(t)
	noError(t, merchant.Check())
	noError(t, platform.Check())
	opened := 0
	for _, side := range []struct {
		to   *opay.Keyring
		list []vector
	}{{platform, v.ToPlatform}, {merchant, v.ToMerchant}} {
		for _, vec := range side.list {
			spellings := []opay.Envelope{{Data: vec.Data, Sign: vec.Sign}, {Data: pad(vec.Data), Sign: pad(vec.Sign)}}
			if vec.DataStd != "" {
				spellings = append(spellings, opay.Envelope{Data: vec.DataStd, Sign: vec.SignStd},
					opay.Envelope{Data: strings.TrimRight(vec.DataStd, "="), Sign: strings.TrimRight(vec.SignStd, "=")})
			}
			for _, e := range spellings {
				plain, err := side.to.Open(e)
				noError(t, err)
				equal(t, string(plain), vec.Plain, vec.Name)
				opened++
			}
			_, err := side.to.Open(opay.Envelope{Data: vec.Data, Sign: side.list[0].Sign})
			if vec.Sign != side.list[0].Sign {
				isError(t, err, opay.ErrEnvelope)
			}
		}
	}
	if opened < 36 {
		t.Errorf("only %d spellings opened", opened)
	}
}

func TestVectors_WhatWeSealTheOtherSideOpens(t *testing.T) {
	v := loadVectors(t)
	merchant, platform := v.rings(t)
	for _, vec := range append(v.ToPlatform, v.ToMerchant...) {
		there, err := platform.Open(seal(t, merchant, vec.Plain))
		noError(t, err)
		back, err := merchant.Open(seal(t, platform, vec.Plain))
		noError(t, err)
		equal(t, string(there), vec.Plain, vec.Name)
		equal(t, string(back), vec.Plain, vec.Name)
	}
}

func TestSealOpen_EveryModulus(t *testing.T) {
	names := []string{"rsa-1024", "rsa-1032", "rsa-1033", "rsa-1536", "rsa-2048-e3", "rsa-2056", "rsa-3072", "rsa-4096", "rsa-8192"}
	peer := key(t, "merchant")
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			own := key(t, name)
			here, there := ring(t, own, peer), ring(t, peer, own)
			step := own.Size() - 11
			for _, length := range []int{1, step - 1, step, step + 1, 2 * step, 2*step + 1} {
				plain := bytes.Repeat([]byte("é"), length)[:length]
				e, err := there.Seal(plain)
				noError(t, err)
				data, err := base64.RawURLEncoding.DecodeString(e.Data)
				noError(t, err)
				equal(t, len(data), (length+step-1)/step*own.Size(), "length of data")
				got, err := here.Open(e)
				noError(t, err)
				if !bytes.Equal(got, plain) {
					t.Errorf("%d bytes came back changed", length)
				}
			}
			answer, err := there.Open(seal(t, here, paid))
			noError(t, err)
			equal(t, string(answer), paid, "the other direction")
		})
	}
}

func TestSeal_RefusesNothing(t *testing.T) {
	merchant, _ := rings(t)
	if _, err := merchant.Seal(nil); err == nil {
		t.Error("an empty plaintext was sealed, which no receiver could open")
	}
}

func TestSeal_EncryptsAnewAndSignsTheSame(t *testing.T) {
	merchant, platform := rings(t)
	a, b := seal(t, platform, paid), seal(t, platform, paid)
	if a.Data == b.Data {
		t.Error("the same ciphertext twice")
	}
	da, err := merchant.PreCheck(a)
	noError(t, err)
	db, err := merchant.PreCheck(b)
	noError(t, err)
	equal(t, da, db, "digest survives encrypting again")
	equal(t, len(da.String()), 64, "hex digest")
	dc, err := merchant.PreCheck(seal(t, platform, paid+" "))
	noError(t, err)
	if dc == da {
		t.Error("another plaintext has the same digest")
	}
}

// Every change of the ciphertext under a genuine signature must give the same
// error, and no other.
func TestOpen_AttackedDataIsRefusedWithOneError(t *testing.T) {
	merchant, platform := rings(t)
	plain := strings.Repeat(paid, 6) // more than three blocks
	good := seal(t, platform, plain)
	data := decode(t, good.Data)
	const size = 256
	block := func(i int) []byte { return bytes.Clone(data[i*size : (i+1)*size]) }
	foreign := decode(t, seal(t, platform, strings.Repeat("x", 300)).Data)
	own := key(t, "merchant")

	flip := func(at int) []byte {
		d := bytes.Clone(data)
		d[at] ^= 1
		return d
	}
	over := bytes.Clone(data)
	copy(over[size:], own.N.Bytes()) // a block that is not a number below the modulus
	attacks := map[string][]byte{
		"bit in the first block": flip(255), "bit in the second block": flip(300), "bit in the last block": flip(len(data) - 1),
		"first block cut off": data[size:], "last block cut off": data[:len(data)-size], "middle block cut out": bytes.Join([][]byte{block(0), data[2*size:]}, nil),
		"blocks swapped":        bytes.Join([][]byte{block(1), block(0), data[2*size:]}, nil),
		"first block doubled":   bytes.Join([][]byte{block(0), data}, nil),
		"last block doubled":    bytes.Join([][]byte{data, data[len(data)-size:]}, nil),
		"foreign block added":   bytes.Join([][]byte{data, foreign[:size]}, nil),
		"foreign message":       foreign,
		"zero block":            bytes.Join([][]byte{make([]byte, size), data[size:]}, nil),
		"modulus as block":      over,
		"random blocks":         randomBytes(t, 3*size),
		"only the first block":  block(0),
		"one random block more": bytes.Join([][]byte{data, randomBytes(t, size)}, nil),
	}
	for name, attacked := range attacks {
		t.Run(name, func(t *testing.T) {
			got, err := merchant.Open(opay.Envelope{Data: encode(attacked), Sign: good.Sign})
			// the error itself, not wrapped
			//nolint:errorlint // the very error, without anything wrapped around it
			if err != opay.ErrEnvelope {
				t.Errorf("got %v, want exactly ErrEnvelope", err)
			}
			if got != nil {
				t.Error("an attacked envelope gave bytes")
			}
		})
	}
	// An empty chunk is harmless: the plaintext is what was signed.
	empty, err := rsa.EncryptPKCS1v15(rand.Reader, &own.PublicKey, nil) //nolint:staticcheck // the protocol's padding
	noError(t, err)
	got, err := merchant.Open(opay.Envelope{Data: encode(append(empty, data...)), Sign: good.Sign})
	noError(t, err)
	equal(t, string(got), plain, "with an empty block")
}

func TestOpen_ShapeIsCheckedBeforeAnyKey(t *testing.T) {
	merchant, platform := rings(t)
	good := seal(t, platform, paid)
	for name, e := range map[string]opay.Envelope{
		"nothing":            {},
		"no data":            {Sign: good.Sign},
		"no sign":            {Data: good.Data},
		"CR and LF":          {Data: good.Data[:76] + "\r\n" + good.Data[76:], Sign: good.Sign},
		"LF at the end":      {Data: good.Data + "\n", Sign: good.Sign},
		"LF in sign":         {Data: good.Data, Sign: good.Sign[:9] + "\n" + good.Sign[9:]},
		"blank":              {Data: good.Data + " ", Sign: good.Sign},
		"cut in a block":     {Data: good.Data[:len(good.Data)-4], Sign: good.Sign},
		"sign cut":           {Data: good.Data, Sign: good.Sign[:len(good.Sign)-4]},
		"sign too long":      {Data: good.Data, Sign: good.Sign + "AAAA"},
		"sign huge":          {Data: good.Data, Sign: strings.Repeat("A", 1<<20)},
		"padding inside":     {Data: good.Data[:4] + "=" + good.Data[4:], Sign: good.Sign},
		"too much padding":   {Data: good.Data + "======", Sign: good.Sign},
		"wrong padding":      {Data: good.Data + "=", Sign: good.Sign},
		"only padding":       {Data: "====", Sign: good.Sign},
		"mixed alphabets":    {Data: "+-" + good.Data[2:], Sign: good.Sign},
		"not ASCII":          {Data: "é" + good.Data[2:], Sign: good.Sign},
		"stray bits":         {Data: good.Data[:len(good.Data)-1] + "B", Sign: good.Sign},
		"257 blocks":         {Data: encode(make([]byte, 257*256)), Sign: good.Sign},
		"data in megabytes":  {Data: strings.Repeat("A", 4<<20), Sign: good.Sign},
		"letter of 5 blocks": {Data: encode(make([]byte, 5*256+1)), Sign: good.Sign},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := merchant.Open(e)
			isError(t, err, opay.ErrShape)
			isNotError(t, err, opay.ErrSignature, opay.ErrEnvelope)
			_, err = merchant.PreCheck(e)
			isError(t, err, opay.ErrShape)
		})
	}
}

func TestOpen_SignaturesOfOthersAreRefusedByThePreCheck(t *testing.T) {
	merchantKey, platformKey, strangerKey := key(t, "merchant"), key(t, "platform"), key(t, "stranger")
	merchant := ring(t, merchantKey, platformKey)
	good := seal(t, ring(t, platformKey, merchantKey), paid)
	foreign := seal(t, ring(t, strangerKey, merchantKey), paid)
	ours := seal(t, ring(t, merchantKey, platformKey), paid)

	// s + N has the same residue, and must not be accepted as another form of s.
	bigger := new(big.Int).Add(new(big.Int).SetBytes(decode(t, good.Sign)), platformKey.N)
	signs := map[string]string{
		"a stranger's": foreign.Sign, "our own": ours.Sign,
		"zero": encode(make([]byte, 256)), "one": encode(append(make([]byte, 255), 1)),
		"a bit changed": encode(flipped(decode(t, good.Sign), 100)),
		"modulus":       encode(platformKey.N.Bytes()),
	}
	if raw := bigger.Bytes(); len(raw) == 256 {
		signs["plus the modulus"] = encode(raw)
	}
	for name, sign := range signs {
		t.Run(name, func(t *testing.T) {
			e := opay.Envelope{Data: good.Data, Sign: sign}
			_, err := merchant.PreCheck(e)
			isError(t, err, opay.ErrSignature)
			_, err = merchant.Open(e)
			isError(t, err, opay.ErrSignature)
			isNotError(t, err, opay.ErrEnvelope, opay.ErrShape)
		})
	}
}

// The results of these signatures under the right key are not of the exact padded
// form: another hash, shorter padding followed by garbage, no name of a hash.
func TestPreCheck_OnlyTheExactPaddingPasses(t *testing.T) {
	merchantKey, platformKey := key(t, "merchant"), key(t, "platform")
	merchant := ring(t, merchantKey, platformKey)
	good := seal(t, ring(t, platformKey, merchantKey), paid)
	form := new(big.Int).Exp(new(big.Int).SetBytes(decode(t, good.Sign)), big.NewInt(int64(platformKey.E)), platformKey.N).FillBytes(make([]byte, 256))
	sign := func(padded []byte) string {
		return encode(new(big.Int).Exp(new(big.Int).SetBytes(padded), platformKey.D, platformKey.N).FillBytes(make([]byte, 256)))
	}
	_, err := merchant.PreCheck(opay.Envelope{Data: good.Data, Sign: sign(form)})
	noError(t, err)

	bleichenbacher := bytes.Clone(form)
	copy(bleichenbacher[10:], form[256-52:]) // 00, DigestInfo and digest moved forward, followed by garbage
	short := bytes.Clone(form)
	short[204] = 0x01
	for name, padded := range map[string][]byte{
		"block type 2":         set(form, 1, 2),
		"a hole in the FFs":    set(form, 50, 0xfe),
		"no zero":              set(form, 204, 0xff),
		"another hash's name":  set(form, 256-32-5, 0x03),
		"another length":       set(form, 256-33, 0x21),
		"garbage behind":       bleichenbacher,
		"end of padding wrong": short,
	} {
		_, err := merchant.PreCheck(opay.Envelope{Data: good.Data, Sign: sign(padded)})
		if !errors.Is(err, opay.ErrSignature) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestPreCheck_RandomSignaturesAreRefused(t *testing.T) {
	merchant, platform := rings(t)
	good := seal(t, platform, paid)
	for range 2000 {
		_, err := merchant.PreCheck(opay.Envelope{Data: good.Data, Sign: encode(randomBytes(t, 256))})
		if !errors.Is(err, opay.ErrSignature) {
			t.Fatalf("a random signature gave %v", err)
		}
	}
}

func TestOpenWithin_BoundsBlocks(t *testing.T) {
	merchant, platform := rings(t)
	sixteen := seal(t, platform, strings.Repeat("x", 16*245))
	seventeen := seal(t, platform, strings.Repeat("x", 16*245+1))
	_, err := merchant.OpenWithin(sixteen, 16)
	noError(t, err)
	_, err = merchant.OpenWithin(seventeen, 16)
	isError(t, err, opay.ErrShape)
	_, err = merchant.PreCheckWithin(seventeen, 16)
	isError(t, err, opay.ErrShape)
	_, err = merchant.OpenWithin(seventeen, 17)
	noError(t, err)
}

func TestOpen_LargeMessagesAreDecryptedInParallelAndWhole(t *testing.T) {
	merchant, platform := rings(t)
	plain := strings.Repeat("0123456789", 2000) // 82 blocks
	e := seal(t, platform, plain)
	got, err := merchant.OpenWithin(e, opay.MaxResponseBlocks)
	noError(t, err)
	equal(t, string(got), plain, "large plaintext")
	for _, at := range []int{0, 40, 81} {
		_, err = merchant.OpenWithin(opay.Envelope{Data: encode(flipped(decode(t, e.Data), at*256+200)), Sign: e.Sign}, opay.MaxResponseBlocks)
		isError(t, err, opay.ErrEnvelope)
	}
}

func TestKeyChange_EitherPeerKeyVerifies(t *testing.T) {
	merchantKey, oldKey, newKey := key(t, "merchant"), key(t, "platform"), key(t, "rsa-4096")
	merchant := ring(t, merchantKey, newKey, oldKey)
	for _, platformKey := range []*rsa.PrivateKey{oldKey, newKey} {
		got, err := merchant.Open(seal(t, ring(t, platformKey, merchantKey), paid))
		noError(t, err)
		equal(t, string(got), paid, "opened")
	}
	sent := seal(t, merchant, paid)
	_, err := ring(t, newKey, merchantKey).Open(sent)
	noError(t, err)
	_, err = ring(t, oldKey, merchantKey).Open(sent)
	isError(t, err, opay.ErrEnvelope)
}

func FuzzOpen(f *testing.F) {
	merchant, platform := rings(f)
	good := seal(f, platform, paid)
	f.Add(good.Data, good.Sign)
	f.Add(good.Data, "")
	f.Add("====", good.Sign)
	f.Add(pad(good.Data), pad(good.Sign))
	f.Add(good.Data+good.Data, good.Sign)
	f.Fuzz(func(t *testing.T, data, sign string) {
		plain, err := merchant.Open(opay.Envelope{Data: data, Sign: sign})
		switch {
		case err == nil:
			if string(plain) != paid {
				t.Errorf("opened to something that the platform never sealed: %q", plain)
			}
		case !errors.Is(err, opay.ErrShape) && !errors.Is(err, opay.ErrSignature) && !errors.Is(err, opay.ErrEnvelope):
			t.Errorf("an error of another kind: %v", err)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	merchant, _ := rings(b)
	plain := []byte(strings.Repeat("x", 400)) // a create without goods: two blocks
	for b.Loop() {
		_, err := merchant.Seal(plain)
		noError(b, err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "seals/s")
}

func BenchmarkOpen(b *testing.B) {
	merchant, platform := rings(b)
	e := seal(b, platform, paid) // a notification: one block
	for b.Loop() {
		_, err := merchant.Open(e)
		noError(b, err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "opens/s")
}

func BenchmarkPreCheck(b *testing.B) {
	merchant, platform := rings(b)
	e := seal(b, platform, paid)
	for b.Loop() {
		_, err := merchant.PreCheck(e)
		noError(b, err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checks/s")
}

func BenchmarkOpenStatement(b *testing.B) {
	merchant, platform := rings(b)
	e := seal(b, platform, strings.Repeat("x", 500_000)) // 2000 lines
	for b.Loop() {
		_, err := merchant.OpenWithin(e, opay.MaxResponseBlocks)
		noError(b, err)
	}
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func decode(tb testing.TB, text string) []byte {
	tb.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(text)
	noError(tb, err)
	return raw
}

func pad(text string) string { return text + strings.Repeat("=", (4-len(text)%4)%4) }

func flipped(raw []byte, at int) []byte {
	return set(raw, at, raw[at]^1)
}

func set(raw []byte, at int, b byte) []byte {
	changed := bytes.Clone(raw)
	changed[at] = b
	return changed
}

func randomBytes(tb testing.TB, n int) []byte {
	tb.Helper()
	raw := make([]byte, n)
	_, err := rand.Read(raw)
	noError(tb, err)
	return raw
}
