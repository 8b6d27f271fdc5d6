import { ConfigError, ORGAN_CLASSES, type OrganClass } from '@omnict/core';

/** Returns the organ classes that a text names, in singular or plural. */
export function organsNamed(text: string): OrganClass[] {
  return ORGAN_CLASSES.filter((organ) => {
    const singular = organ.replace(/s$/, '');
    return new RegExp(`\\b${singular}s?\\b`, 'i').test(text);
  });
}

/** Checks names of organ classes. @throws ConfigError for one that is unknown */
export function organClasses(names: readonly string[]): OrganClass[] {
  return names.map((name) => {
    const known = ORGAN_CLASSES.find((organ) => organ === name);
    if (known !== undefined) return known;
    throw new ConfigError(
      `ask: unknown organ; expected one of ${ORGAN_CLASSES.join(', ')}, got '${name}'`,
    );
  });
}
