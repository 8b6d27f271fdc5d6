/** @file Who may import whom: arrows point downwards only, type-only imports included. */

/** Packages of each layer, L0 first: an import points downwards, or sideways where it is listed below. */
export const LAYERS = [
  ['core'],
  ['nn', 'io', 'chat', 'tracking', 'eval', 'phantom', 'pipeline'],
  ['encoding', 'projector', 'ose', 'llm', 'train', 'data'],
  ['model'],
  ['runner', 'report', 'serve'],
  ['cli'],
];

/** Imports within a layer: judges are asked through chat, phantoms written through io. */
export const SIDEWAYS = [
  ['eval', 'chat'],
  ['phantom', 'io'],
];

/** Packages that each package may import, itself left out. */
export const ALLOWED_IMPORTS = {
  core: [],
  nn: ['core'],
  io: ['core'],
  chat: ['core'],
  tracking: ['core'],
  eval: ['core', 'chat'],
  phantom: ['core', 'io'],
  pipeline: ['core'],
  encoding: ['core', 'nn'],
  projector: ['core', 'nn'],
  ose: ['core', 'nn'],
  llm: ['core', 'nn'],
  train: ['core', 'nn'],
  data: ['core', 'io', 'chat'],
  model: ['core', 'nn', 'io', 'encoding', 'projector', 'ose', 'llm'],
  report: ['core', 'eval'],
  serve: ['core', 'io', 'phantom', 'model'],
  runner: [
    'core',
    'nn',
    'io',
    'chat',
    'tracking',
    'eval',
    'phantom',
    'pipeline',
    'encoding',
    'ose',
    'llm',
    'train',
    'data',
    'model',
  ],
  cli: [
    'core',
    'nn',
    'io',
    'chat',
    'tracking',
    'eval',
    'phantom',
    'pipeline',
    'llm',
    'data',
    'model',
    'report',
    'runner',
    'serve',
  ],
};

/**
 * Patterns of imports that a package must not use, for ESLint's `no-restricted-imports`.
 *
 * @param {keyof typeof ALLOWED_IMPORTS} name
 */
export function forbiddenImports(name) {
  const allowed = ALLOWED_IMPORTS[name];
  const forbidden = Object.keys(ALLOWED_IMPORTS).filter(
    (other) => other !== name && !allowed.includes(other),
  );
  const sideways = {
    group: forbidden.map((other) => (other === 'cli' ? 'omnict' : `@omnict/${other}`)),
    message: `Boundary: ${name} may import ${allowed.join(', ') || 'no sibling package'}.`,
  };
  return [
    ...(forbidden.length > 0 ? [sideways] : []),
    {
      group: ['@omnict/*/*'],
      message: 'Boundary: a package has one door; import it by its name alone.',
    },
    {
      regex: `^(\\.\\./)+(packages/|(${Object.keys(ALLOWED_IMPORTS).join('|')})/src)`,
      message: 'Boundary: import other packages by name, not by path.',
    },
  ];
}
