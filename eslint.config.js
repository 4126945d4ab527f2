import tseslint from "typescript-eslint";
import reactHooks from "eslint-plugin-react-hooks";
import jsxA11y from "eslint-plugin-jsx-a11y";

/**
 * Imports point one way: app -> server/trpc -> slices -> server/core -> db, and workers -> slices.
 * Each entry names a folder and what it may not import.
 * @param {string[]} files @param {{ regex: string, message: string }[]} patterns
 */
const boundary = (files, patterns) => ({
  files,
  ignores: ["**/*.test.ts", "**/*.test.tsx"],
  rules: { "no-restricted-imports": ["error", { patterns }] },
});

export default tseslint.config(
  { ignores: ["build/**", "node_modules/**", ".data*/**", "db/migrations/**"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        { object: "sql", property: "raw", message: "No user string becomes SQL: build statements from parts." },
      ],
    },
  },
  { files: ["app/**/*.tsx"], ...jsxA11y.flatConfigs.recommended },
  {
    files: ["app/**/*.tsx", "app/**/*.ts"],
    plugins: { "react-hooks": reactHooks },
    rules: { "react-hooks/rules-of-hooks": "error", "react-hooks/exhaustive-deps": "error" },
  },
  { files: ["tests/**", "scripts/**", "**/*.test.ts"], rules: { "no-console": "off" } },
  boundary(["db/**"], [{ regex: "^#(server|app|ai|workers)/", message: "db knows nobody." }]),
  boundary(
    ["ai/**"],
    [{ regex: "^#(server|app|db|workers)/", message: "ai knows neither the database nor the server." }],
  ),
  boundary(
    ["server/core/**"],
    [{ regex: "^#(app|workers)/|^#server/(?!core/|env)", message: "core is unaware of any capability." }],
  ),
  {
    ...boundary(
      ["server/**"],
      [{ regex: "^#(app|workers)/", message: "The server knows neither screens nor workers." }],
    ),
    ignores: ["**/*.test.ts", "server/index.ts", "server/core/**"],
  },
  boundary(["workers/**"], [{ regex: "^#app/", message: "Workers know no screens." }]),
  {
    files: ["app/**"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^#(db|workers|ai)/",
              allowTypeImports: true,
              message: "Screens reach the business through tRPC.",
            },
            {
              regex: "^#server/(?!core/permissions|trpc/caller)",
              allowTypeImports: true,
              message: "Screens reach a slice through tRPC; only types cross.",
            },
          ],
        },
      ],
    },
  },
);
