// Package static embeds what the browser loads besides the pages: the style
// sheet, the small script, htmx with its two extensions, the face and the icons.
// Everything is served from the binary; VENDORED lists what came from elsewhere,
// with versions, licences and checksums.
package static
