package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/demo"
)

// announceSetup prints the first owner's link, if there is one.
func announceSetup(w io.Writer, link string) {
	if link == "" {
		return
	}
	fmt.Fprintf(w, "The back office has no owner yet. The first person to open this link becomes the owner. It works once, for %d hours:\n  %s\n\n",
		int(models.InvitationTime.Hours()), link)
}

// openShop opens the shop that the settings describe for a command, without serving it: the real one, or a demo that was started before. It
// reports all problems at once.
func (s *settings) openShop(ctx context.Context, con console) (*shop, error) {
	var p problems
	log := s.logger(con.err, &p)
	s.check(&p)
	if s.PlatformURL == "" {
		s.checkDemo(&p)
		if err := p.err(); err != nil {
			return nil, err
		}
		return s.openDemoShop(ctx, log)
	}
	pieces, err := s.realParts(ctx, log, p)
	if err != nil {
		return nil, err
	}
	return s.putTogether(pieces)
}

func (s *settings) putTogether(pieces parts) (*shop, error) {
	opened, err := assemble(s, pieces)
	if err != nil {
		return nil, errors.Join(err, pieces.store.Close())
	}
	return opened, nil
}

// openDemoShop opens the demo in the data folder. Its sandbox answers only while the demo runs.
func (s *settings) openDemoShop(ctx context.Context, log *slog.Logger) (*shop, error) {
	if !exists(filepath.Join(s.DataDir, "merchant.pem")) || !exists(filepath.Join(s.DataDir, "platform.pem")) {
		return nil, s.noShop()
	}
	keys, err := demo.LoadOrMakeKeys(s.DataDir)
	if err != nil {
		return nil, err
	}
	pieces, err := s.demoParts(keys, log)
	if err != nil {
		return nil, err
	}
	return s.openDemo(ctx, pieces, keys)
}
