package payments

import "github.com/coincart/coincart/models"

// Actor is who of the staff asks for something.
type Actor = models.Actor

// facts are one side of a change in the audit log.
type facts = models.Facts
