// Formatting of JavaScript, SCSS and XML, as the Odoo community has it.
export default {
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "always",
    semi: true,
    tabWidth: 4,
    trailingComma: "es5",
    xmlSelfClosingSpace: true,
    // Blanks have a meaning in views and templates (translated texts); only the shape of tags is ours.
    xmlWhitespaceSensitivity: "strict",
};
