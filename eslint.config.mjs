// Rules for the web client's sources: Odoo modules are ES modules with a few globals that Odoo provides.
import {createRequire} from "node:module";

// The packages lie in the cache, which is no parent folder of this file.
const require = createRequire(`${process.env.LEADYA_NODE_MODULES}/`);
const js = require("@eslint/js");
const globals = require("globals");

const rules = {
    ...js.configs.recommended.rules,
    curly: "error",
    eqeqeq: ["error", "always", {null: "ignore"}],
    "no-console": "error",
    "no-restricted-globals": ["error", "event", "self"],
    "no-shadow": "error",
    "no-unused-vars": ["error", {args: "none", ignoreRestSiblings: true}],
    "no-var": "error",
    "object-shorthand": "error",
    "prefer-const": "error",
    "prefer-template": "error",
};

export default [
    {
        files: ["**/static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: {...globals.browser, luxon: "readonly", odoo: "readonly", owl: "readonly"},
        },
        rules,
    },
    {
        // Served as it is to other people's websites: a plain script, for older browsers too.
        files: ["**/static/snippet/*.js"],
        languageOptions: {ecmaVersion: 2017, sourceType: "script"},
        rules: {"no-unused-vars": ["error", {args: "none", caughtErrors: "none"}]},
    },
];
