/** @file Who may import whom: arrows point downwards only, type-only imports included. */

/** Packages that each package may import, itself left out. */
export const ALLOWED_IMPORTS = {
  // L0
  nn: [],
  // L1: one part of the paper each, and chat, the client of other models
  io: ['nn'],
  encoding: ['nn'],
  projector: ['nn'],
  ose: ['nn'],
  llm: ['nn'],
  chat: ['nn'],
  // L2
  eval: ['nn', 'chat'],
  tracking: ['nn'],
  data: ['nn', 'io', 'chat'],
  model: ['nn', 'io', 'encoding', 'projector', 'ose', 'llm'],
  train: ['nn', 'llm', 'data', 'model'],
  // L3
  report: ['nn', 'eval'],
  runner: [
    ...['nn', 'io', 'encoding', 'projector', 'ose', 'llm', 'chat'],
    ...['eval', 'tracking', 'data', 'model', 'train', 'report'],
  ],
  // L4
  cli: [
    ...['nn', 'io', 'encoding', 'projector', 'ose', 'llm', 'chat'],
    ...['eval', 'tracking', 'data', 'model', 'train', 'report', 'runner'],
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
