// What is checked in scripts. Layout is prettier's; types are checked by tsc (jsconfig.json).
import js from '@eslint/js';
import globals from 'globals';

const FEATURES = ['crm', 'journal', 'kanban', 'scrum', 'tasks'];

/** No module imports a feature other than its own and those named. */
const importsOnly = (...allowed) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: FEATURES.filter((feature) => !allowed.includes(feature)).map((feature) => ({
        regex: `/${feature}/`,
        message: 'Features know core and themselves; docs/architecture.md names the exceptions.',
      })),
    },
  ],
});

const READABLE = {
  complexity: ['error', 10],
  curly: ['error', 'multi-line'],
  eqeqeq: 'error',
  'id-length': ['error', { min: 2, exceptions: ['_', 'm', 'x'] }], // m and x: keys people press
  'max-depth': ['error', 3],
  'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', 4],
  'no-alert': 'error',
  'no-bitwise': 'error',
  'no-else-return': 'error',
  'no-eval': 'error',
  'no-implicit-globals': 'error',
  'no-nested-ternary': 'error',
  'no-param-reassign': 'error',
  'no-sequences': 'error',
  'no-shadow': 'error',
  'no-unused-expressions': 'error',
  'no-use-before-define': ['error', { functions: false, variables: false }],
  'no-var': 'error',
  'no-void': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'prefer-template': 'error',
};

export default [
  { ignores: ['.venv/', 'node_modules/', 'static/min/', 'static/vendor/', 'instance/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  { rules: READABLE },
  {
    files: ['static/js/**/*.js', 'sandbox/static/*.js'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['static/js/**/*.js'],
    languageOptions: { globals: { htmx: 'readonly', Sortable: 'readonly' } },
    rules: { 'no-console': 'error' },
  },
  { files: ['static/js/core/*.js'], rules: importsOnly() },
  { files: ['static/js/crm/*.js'], rules: importsOnly('crm') },
  { files: ['static/js/journal/*.js'], rules: importsOnly('journal') },
  { files: ['static/js/kanban/*.js'], rules: importsOnly('kanban') },
  // Planning shows its items as a board shows its cards, and selects and moves them with the same code.
  { files: ['static/js/scrum/*.js'], rules: importsOnly('scrum', 'kanban') },
  { files: ['static/js/tasks/*.js'], rules: importsOnly('tasks') },
  {
    // Loaded as a plain script by pages of other people's apps.
    files: ['sandbox/static/bx24.js'],
    languageOptions: { sourceType: 'script' },
    // The whole library is one function, so that nothing of it but `BX24` is seen outside.
    rules: { 'max-lines-per-function': 'off' },
  },
];
