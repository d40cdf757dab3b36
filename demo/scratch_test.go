package demo

import (
	"baithaka/db"
	"baithaka/inn"
	"baithaka/store"
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"
)

func TestScratch(t *testing.T) {
	ctx := context.Background()
	d, err := db.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.New(ctx, d, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	p := time.Now()
	deeds := tell(1, now)
	fmt.Println("tell", time.Since(p), len(deeds))
	p = time.Now()
	if err := Fill(ctx, s, 1, now); err != nil {
		t.Fatal(err)
	}
	fmt.Println("fill", time.Since(p))
	ms, _ := s.Members(ctx)
	for _, m := range ms {
		b, _ := s.Badge(ctx, m.Viewer())
		fmt.Println(m.Name, m.Role, b)
		slugs := []string{}
		for _, h := range houses() {
			if m.Viewer().May(inn.PropertyView, h.Slug) {
				slugs = append(slugs, h.Slug)
			}
		}
		f, _ := s.Measure(ctx, "x", slugs, now, 30)
		fmt.Printf("  active %d cust %d occ %v tonight %v new %d main %s\n", f.ActiveBookings, f.TotalCustomers, deref(f.Occupancy), f.Tonight, f.NewToday, f.Main)
		fmt.Printf("  chg %v %v\n", deref(f.BookingsChange), deref(f.CustomersChange))
		for c, x := range f.Currencies {
			fmt.Printf("  %s tot %s today %s adr %v revpar %v chg %v cov %v\n", c, x.TotalRevenue, x.TodayRevenue, x.ADR, x.RevPAR, deref(x.RevenueChange), x.Coverage)
		}
	}
	for _, h := range houses() {
		f, _ := s.Measure(ctx, "x", []string{h.Slug}, now, 30)
		fmt.Println(h.Slug, deref(f.Occupancy), f.Tonight, f.Trend.Occupancy)
	}
	ad, _ := s.MemberByEmail(ctx, "admin@demo.test")
	ev, _ := s.History(ctx, ad.Viewer(), store.EventFilter{Limit: 60})
	for _, e := range ev {
		var b struct{ CustomerName, Title, Amount, Currency any }
		e.Into(&b)
		fmt.Println(e.At.Format("01-02 15:04"), e.Type, e.Property, e.By, b)
	}
	c := map[string]int{}
	bs, _ := s.Bookings(ctx, ad.Viewer(), store.BookingFilter{Limit: 5000})
	for _, b := range bs {
		c[string(b.Status)]++
		c[string(b.Category)]++
		c[b.Country]++
		c[b.Source]++
	}
	fmt.Println(len(bs), c)
	b := bs[50]
	fmt.Printf("%+v\n", b)
	td, _ := dueToday(ctx, s, program("x"), now)
	fmt.Println(td)
}
func deref(p *float64) float64 {
	if p == nil {
		return -1
	}
	return *p
}
