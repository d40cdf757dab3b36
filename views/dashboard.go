package views

// today writes the day of the page: "Saturday 21 November".
func today(p Page) string { return p.Now.In(p.Zone).Format("Monday 2 January") }

func dashboardSubtitle(p Page, d Dashboard) string {
	properties := plural(len(d.Properties), "property")
	if len(d.Properties) != 1 {
		properties = count(len(d.Properties)) + " properties"
	}
	return joined(" · ", today(p), properties, "figures for the last "+plural(d.Metrics.WindowLen, "day"))
}
