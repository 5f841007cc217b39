package settings

import (
	"context"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
)

// check checks what depends on more than one value, or on other rows.
func check(ctx context.Context, tx *store.Store, old models.Settings, group models.SettingGroup, changes []models.SettingChange) error {
	switch group {
	case models.GroupCurrency:
		return checkCurrency(ctx, tx, old, changes)
	case models.GroupMail:
		return checkMail(old, changes)
	case models.GroupShop:
		return checkNumbers(ctx, tx, old, changes)
	case models.GroupLegal, models.GroupOrders, models.GroupLimits, models.GroupPricing, models.GroupRetention:
	}
	return nil
}

// checkCurrency refuses another currency once there are orders, because all their sums, and the reports over them, are in the old one.
// Before that, prices keep their numbers, so the new currency must have as many digits as the finest price.
func checkCurrency(ctx context.Context, tx *store.Store, old models.Settings, changes []models.SettingChange) error {
	code, digits := old.Currency().Code, old.Currency().Digits
	for _, c := range changes {
		known, _ := models.FindSetting(c.Key)
		if c.Reset {
			c.Value = known.Default
		}
		if c.Key == models.SettingCurrency {
			code = c.Value
			continue
		}
		n, err := strconv.Atoi(c.Value)
		if err != nil {
			return &models.SettingError{Key: c.Key, Problem: invalid.Between}
		}
		digits = n
	}
	used, err := tx.HasOrders(ctx)
	switch {
	case err != nil:
		return err
	case used && code != old.Currency().Code:
		return &models.SettingError{Key: models.SettingCurrency, Problem: invalid.InUse}
	case used && digits != old.Currency().Digits:
		return &models.SettingError{Key: models.SettingCurrencyDigits, Problem: invalid.InUse}
	}
	finest, err := tx.PriceDigits(ctx)
	if err == nil && finest > digits {
		err = &models.SettingError{Key: models.SettingCurrencyDigits, Problem: invalid.Fine}
	}
	return err
}

// checkMail requires what a mail server needs. A stored password goes only to the server that it was typed for, so that nobody learns it by
// naming another server.
func checkMail(old models.Settings, changes []models.SettingChange) error {
	now := map[models.SettingKey]string{}
	if old.Source(models.SettingMailHost) == models.FromDatabase {
		for _, key := range []models.SettingKey{models.SettingMailHost, models.SettingMailUser, models.SettingMailPassword, models.SettingMailFrom} {
			now[key] = old.Text(key)
		}
	}
	kept := now[models.SettingMailPassword] != ""
	was := now[models.SettingMailHost]
	for _, c := range changes {
		now[c.Key] = c.Value
		if c.Reset {
			delete(now, c.Key)
		}
		kept = kept && c.Key != models.SettingMailPassword
	}
	switch {
	case now[models.SettingMailHost] == "":
	case now[models.SettingMailFrom] == "":
		return &models.SettingError{Key: models.SettingMailFrom, Problem: invalid.NoSender}
	case now[models.SettingMailUser] == "" && now[models.SettingMailPassword] != "":
		return &models.SettingError{Key: models.SettingMailUser, Problem: invalid.NoUser}
	case kept && was != now[models.SettingMailHost]:
		return &models.SettingError{Key: models.SettingMailPassword, Problem: invalid.PasswordAgain}
	}
	return nil
}

// checkNumbers refuses a start of order numbers that are given already: it can only be raised. What stays the same is not a start any more.
func checkNumbers(ctx context.Context, tx *store.Store, old models.Settings, changes []models.SettingChange) error {
	for _, c := range changes {
		if c.Key != models.SettingNumberStart {
			continue
		}
		if c.Reset {
			known, _ := models.FindSetting(c.Key)
			c.Value = known.Default
		}
		start, err := strconv.Atoi(c.Value)
		if err != nil {
			return &models.SettingError{Key: c.Key, Problem: invalid.Between}
		}
		last, err := tx.LastOrderNumber(ctx)
		if err != nil {
			return err
		}
		if start <= last && start != old.NumberStart() {
			return &models.SettingError{Key: c.Key, Problem: invalid.Raise}
		}
	}
	return nil
}
