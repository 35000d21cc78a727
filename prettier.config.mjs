// Formatting of JavaScript, SCSS and XML: as in Odoo's own web client, XML as wide as the Python sources.
export default {
    printWidth: 100,
    tabWidth: 4,
    overrides: [
        {
            // Other people's sites load it as it is: small, and still easy to read.
            files: "**/static/snippet/*.js",
            options: { printWidth: 120, tabWidth: 2 },
        },
        {
            files: "*.xml",
            options: {
                printWidth: 120,
                xmlSelfClosingSpace: true,
                // Blanks have a meaning in views and templates (translated texts); only the shape of tags is ours.
                xmlWhitespaceSensitivity: "strict",
            },
        },
    ],
    trailingComma: "es5",
};
