package apikeys

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

const keysPath = admin.Home + "/api-keys"

// lifetimes are the days after which a new key can end; 0: it does not.
var lifetimes = []string{"30", "90", "365", "0"}

// showKeys lists the keys, and tells the secret of one that was just made: GET /admin/api-keys.
func (h *handlers) showKeys(req *admin.Request) error {
	var secret string
	if _, err := req.Told(keysPath, &secret); err != nil {
		return err
	}
	return h.keysPage(req, keys.Draft{Days: 365}, nil, models.Secret(secret))
}

// keysPage shows the keys and the form of a new one, and the secret of a key that was just made.
func (h *handlers) keysPage(req *admin.Request, d keys.Draft, problems invalid.Problems, secret models.Secret) error {
	names, _, err := req.Names()
	if err != nil {
		return err
	}
	list, err := h.keys.List(req.Context())
	if err != nil {
		return err
	}
	view := pages.APIKeysView{Page: req.PageAt(pages.SectionAPIKeys, keysPath), Secret: secret.Reveal(), Lifetime: admin.Choices(lifetimes, strconv.Itoa(d.Days), false)}
	for _, k := range list {
		view.Keys = append(view.Keys, h.row(req, k, names))
	}
	if view.Form, err = h.form(req, d, problems); err != nil {
		return err
	}
	view.Form.Days = pages.Field{Problem: problems["lifetime"]}
	if len(problems) > 0 {
		view.Refusal = pages.RefusalFields
	}
	return req.Answer(view.Refusal, pages.APIKeys(view))
}

func (h *handlers) row(req *admin.Request, k models.APIKey, names admin.Names) pages.APIKeyRow {
	p := req.Printer
	return pages.APIKeyRow{
		ID: k.ID, Name: k.Name, Shown: k.Shown, State: stateOf(&k, h.site.Clock()), Scopes: len(k.Scopes), Used: admin.Moment(p, k.UsedAt), UsedFrom: k.UsedFrom,
		Created: admin.Moment(p, k.CreatedAt), CreatedBy: names.Of(k.CreatedBy), Expires: admin.Moment(p, k.ExpiresAt),
	}
}

// soon is the time before the end of a key from which its page says so.
const soon = 14 * 24 * time.Hour

func stateOf(k *models.APIKey, now time.Time) string {
	switch {
	case k.Ended():
		return "ended"
	case k.Expired(now):
		return "over"
	case k.Expired(now.Add(soon)):
		return "ending"
	}
	return "on"
}

// form fills in the form of a key.
func (h *handlers) form(req *admin.Request, d keys.Draft, problems invalid.Problems) (pages.APIKeyForm, error) {
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return pages.APIKeyForm{}, err
	}
	lines := func(list []string) string { return admin.ClipTo(strings.Join(list, "\n"), maxLines) }
	f := pages.APIKeyForm{
		Name: pages.Field{Value: admin.Clip(d.Name), Problem: problems["name"]}, Scope: pages.Field{Problem: problems["scope"]},
		Origins:     pages.Field{Value: lines(d.Origins), Problem: problems["origins"]},
		Networks:    pages.Field{Value: lines(d.Networks), Problem: problems["networks"]},
		RefundLimit: pages.Field{Value: admin.Clip(d.RefundLimit), Problem: problems["refund_limit"]}, Currency: currency.Code,
	}
	for _, scope := range models.Scopes() {
		f.Scopes = append(f.Scopes, pages.Tick{Value: string(scope), On: slices.Contains(d.Scopes, string(scope))})
	}
	return f, nil
}

// maxLines is the maximum number of characters of a field of several lines.
const maxLines = 4000

// readDraft reads the form of a key. Days that are not offered are out of range.
func readDraft(form url.Values) keys.Draft {
	d := keys.Draft{
		Name: form.Get("name"), Scopes: form["scope"], Origins: strings.Fields(admin.ClipTo(form.Get("origins"), maxLines)),
		Networks: strings.Fields(admin.ClipTo(form.Get("networks"), maxLines)), RefundLimit: form.Get("refund_limit"), Days: -1,
	}
	if slices.Contains(lifetimes, form.Get("days")) {
		d.Days, _ = strconv.Atoi(form.Get("days"))
	}
	return d
}

// createKey makes a key and shows it, once: POST /admin/api-keys with name, scope, origins, networks, refund_limit, days.
func (h *handlers) createKey(req *admin.Request, form url.Values) error {
	d := readDraft(form)
	_, secret, err := h.keys.Create(req.Context(), req.Actor(), d)
	if wrong, ok := errors.AsType[*keys.InputError](err); ok {
		return h.keysPage(req, d, wrong.Problems, "")
	}
	if err != nil {
		return err
	}
	return req.TellOnce(keysPath, secret.Reveal())
}

// showKey shows a key: GET /admin/api-keys/{id}.
func (h *handlers) showKey(req *admin.Request) error {
	key, err := h.keys.Get(req.Context(), req.ID())
	if err != nil {
		return admin.NoPage(err)
	}
	return h.keyPage(req, key, draftOf(&key), nil, "")
}

func draftOf(k *models.APIKey) keys.Draft {
	return keys.Draft{Name: k.Name, Scopes: k.Scopes, Origins: k.Origins, Networks: k.Networks, RefundLimit: admin.AmountText(k.RefundLimit)}
}

func (h *handlers) keyPage(req *admin.Request, key models.APIKey, d keys.Draft, problems invalid.Problems, refusal pages.Refusal) error {
	names, _, err := req.Names()
	if err != nil {
		return err
	}
	view := pages.APIKeyView{
		Page: req.PageAt(pages.SectionAPIKeys, keysPath+"/"+key.ID), Row: h.row(req, key, names), Version: strconv.Itoa(key.RowVersion), Ended: key.Ended(), Program: key.ID == keys.ProgramID, Refusal: refusal,
	}
	if len(problems) > 0 {
		view.Refusal = pages.RefusalFields
	}
	if view.Form, err = h.form(req, d, problems); err != nil {
		return err
	}
	return req.Answer(view.Refusal, pages.APIKey(view))
}

// changeKey changes a key: POST /admin/api-keys/{id} with version, name, scope, origins, networks, refund_limit.
func (h *handlers) changeKey(req *admin.Request, form url.Values) error {
	d := readDraft(form)
	d.Days = 0
	err := h.keys.Change(req.Context(), req.Actor(), req.ID(), admin.Version(form.Get("version")), d)
	if err == nil {
		return req.Done(keysPath, pages.NoticeSaved)
	}
	key, getErr := h.keys.Get(req.Context(), req.ID())
	if getErr != nil {
		return admin.NoPage(getErr)
	}
	wrong, ok := errors.AsType[*keys.InputError](err)
	switch {
	case ok:
		return h.keyPage(req, key, d, wrong.Problems, "")
	case errors.Is(err, keys.ErrProgram):
		return h.keyPage(req, key, draftOf(&key), nil, pages.RefusalKeyProgram)
	case errors.Is(err, keys.ErrEnded):
		return h.keyPage(req, key, draftOf(&key), nil, pages.RefusalKeyEnded)
	case errors.Is(err, store.ErrConflict):
		return h.keyPage(req, key, d, nil, pages.RefusalStale)
	}
	return err
}

// endKey ends a key: POST /admin/api-keys/{id}/end.
func (h *handlers) endKey(req *admin.Request) error {
	err := h.keys.End(req.Context(), req.Actor(), req.ID())
	if errors.Is(err, keys.ErrEnded) {
		return req.Refused(keysPath, pages.RefusalKeyEnded)
	}
	if errors.Is(err, keys.ErrProgram) {
		return req.Refused(keysPath, pages.RefusalKeyProgram)
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(keysPath, pages.NoticeKeyEnded)
}
