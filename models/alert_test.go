package models_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
)

func TestAlerts_NobodyIsToldWhatTheRoleMayNotSee(t *testing.T) {
	for _, role := range models.Roles() {
		for _, kind := range models.AlertKinds() {
			wanted := models.StaffAlert{Timing: models.AlertNow}.TimingFor(role, kind)
			usual := models.StaffAlert{}.TimingFor(role, kind)
			assert.Contains(t, models.AlertTimings(), usual)
			if role.Can(kind.Permission()) {
				assert.Equal(t, models.AlertNow, wanted, "%s %s", role, kind)
				continue
			}
			assert.Equal(t, models.AlertNever, wanted, "%s %s", role, kind)
			assert.Equal(t, models.AlertNever, usual, "%s %s", role, kind)
		}
	}
	assert.Equal(t, models.AlertNow, models.RoleOwner.AlertTiming(models.AlertAttention))
	assert.Equal(t, models.AlertNow, models.RoleOwner.AlertTiming(models.AlertRefund))
	assert.Equal(t, models.AlertOnceDay, models.RoleOwner.AlertTiming(models.AlertLowStock))
	assert.Equal(t, models.AlertNever, models.RoleViewer.AlertTiming(models.AlertAttention))
}

func TestMailbox_IsOneForAllAddressesThatLeadToIt(t *testing.T) {
	for address, want := range map[string]string{
		"ann@example.com": "ann@example.com", "Ann@Example.COM": "ann@example.com", "ann+1@example.com": "ann@example.com",
		"ann+a+b@example.com": "ann@example.com", "+ann@example.com": "+ann@example.com",
	} {
		assert.Equal(t, want, models.Mailbox(" "+address+"\n"), address)
	}
}
