package static

// What every page loads: one style sheet and three scripts, made of the small files
// that are written and read here. A later sheet may say again what an earlier one
// said, and a script uses, while it loads, only what stands before it.
const (
	Sheet  = "baithaka.css"
	Watch  = "watch.js" // the first: it tells when another does not come, and how the connection stands
	HTMX   = "htmx.js"  // with its extensions; apart from ours, which change more often and are strict
	Script = "baithaka.js"

	// Of a screen on a wall, which has nothing that is clicked.
	WallSheet  = "screen.css"
	WallScript = "screen.js"
)

var bundles = map[string][]string{
	Sheet: {
		"app.css", "layout.css", "rail.css", "line.css", "cards.css", "lists.css", "toasts.css", "figures.css", "forms.css", "pages.css", "settings.css",
		"desk.css", "account.css", "people.css", "notifications.css", "records.css", "booking.css", "docs.css", "house.css", "shortcuts.css", "unscripted.css",
	},
	Watch: {"parts.js", "windows.js", "connection.js"},
	HTMX:  {"htmx.min.js", "hx-sse.min.js", "hx-upsert.min.js"},

	WallSheet: {"wall.css"}, WallScript: {"wall.js"},

	Script: {
		"preferences.js", "panels.js", "attention.js", "lists.js", "browse.js", "times.js", "forms.js", "errors.js", "tabs.js", "sound.js", "desktop.js", "toasts.js",
		"notifications.js", "shortcuts.js",
	},
}
