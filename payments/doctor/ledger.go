package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// Limits of reading a sandbox's ledger.
const (
	ledgerPage   = 1000     // orders of one answer, the most that the sandbox gives
	ledgerAnswer = 32 << 20 // bytes of one answer
	ledgerWithin = 30 * time.Second
)

// ErrNoLedger means that an exchange is not a sandbox: it has no ledger that can be read.
var ErrNoLedger = errors.New("the exchange is not a sandbox")

// ledgerOrder is an order in the sandbox's ledger.
type ledgerOrder struct {
	OrderNum   string    `json:"orderNum"`
	AppID      string    `json:"appId"`
	AppOrderID string    `json:"appOrderId"`
	Type       int       `json:"type"` // 1: a payment
	Coin       string    `json:"coin"`
	Amount     string    `json:"amount"`
	PaidAt     time.Time `json:"paidAt"`
}

// EachLedgerPayment calls fn with the payments of an application in a sandbox's ledger that were made before a time, a page at a time, the
// newest first. The error is ErrNoLedger if the address is not a sandbox's.
func EachLedgerPayment(ctx context.Context, platformURL, appID string, before time.Time, fn func([]models.PlatformPayment) error) error {
	ctx, cancel := context.WithTimeout(ctx, ledgerWithin)
	defer cancel()
	base := strings.TrimSuffix(platformURL, "/") + "/sandbox/api"
	var info struct {
		Apps []struct{} `json:"apps"`
	}
	if err := readLedger(ctx, base+"/info", &info); err != nil || len(info.Apps) == 0 {
		return errors.Join(ErrNoLedger, err)
	}
	last := ""
	for {
		query := url.Values{"status": {"3"}, "limit": {strconv.Itoa(ledgerPage)}}
		if last != "" {
			query.Set("before", last)
		}
		var orders []ledgerOrder
		if err := readLedger(ctx, base+"/orders?"+query.Encode(), &orders); err != nil {
			return err
		}
		var page []models.PlatformPayment
		for _, o := range orders {
			last = o.OrderNum
			if o.AppID == appID && o.Type == 1 && o.PaidAt.Before(before) {
				amount, err := models.ParseAmount(models.CanonicalAmount(o.Amount))
				if err != nil {
					return fmt.Errorf("read the amount of order %s: %w", o.OrderNum, err)
				}
				page = append(page, models.PlatformPayment{AppOrderID: o.AppOrderID, OrderNum: o.OrderNum, Coin: o.Coin, Amount: amount})
			}
		}
		if err := fn(page); err != nil {
			return err
		}
		if len(orders) < ledgerPage {
			return nil
		}
	}
}

// readLedger reads one answer of the sandbox's control API.
func readLedger(ctx context.Context, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("read the ledger: the answer is %s", response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, ledgerAnswer)).Decode(into); err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	return nil
}
