// What is checked in style sheets. Layout is prettier's.
const BLOCK_ELEMENT_MODIFIER = '^[a-z][a-z0-9]*(-[a-z0-9]+)*(__[a-z0-9-]+)?(--?[a-zA-Z0-9-]+)?$';

export default {
  extends: 'stylelint-config-standard',
  ignoreFiles: ['node_modules/**', 'static/min/**', '.venv/**'],
  rules: {
    // Classes say what they belong to: `card`, `card__foot`, `card--done`; roles have the letters of the portal.
    'selector-class-pattern': [
      BLOCK_ELEMENT_MODIFIER,
      { message: 'Name it block, block__part or block--kind' },
    ],
    'import-notation': 'string',
    // Rules stand with the part of the page they belong to; those for a state of the whole page come where the
    // state is described, so a stronger selector often comes first.
    'no-descending-specificity': null,
  },
};
