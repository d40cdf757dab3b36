package handlers

import (
	"strings"

	"baithaka/internal/delivery"
	"baithaka/internal/inn"
)

// panel returns the panel a page's scope asks for; nil for the others.
func (s *Site) panel(v inn.Viewer, scope string) delivery.Panel {
	switch {
	case scope == statusScope && v.May(inn.StatusView, ""):
		return &statusPanel{site: s}
	case strings.HasPrefix(scope, historyScope):
		return s.newArrivals(v, strings.TrimPrefix(scope, historyScope))
	case strings.HasPrefix(scope, auditScope) && v.May(inn.AuditView, ""):
		return s.newAuditPanel(v, strings.TrimPrefix(scope, auditScope))
	case scope == teamScope && v.May(inn.TeamManage, ""):
		return &teamPanel{site: s, shown: map[int64]bool{}}
	}
	return nil
}
