import { encoderArchitecture } from '@omnict/encoding';

const known = new Map<string, Promise<string>>();

/** Architecture of an encoder, read once: plans ask for it in thousands of trials. */
export function architectureOf(encoder: string): Promise<string> {
  const found = known.get(encoder) ?? encoderArchitecture(encoder);
  known.set(encoder, found);
  return found;
}
