/** The same random numbers on every platform, and errors that say what to do. */
import { canonicalJson, ConfigError, OmnictError, Random } from '@omnict/core';

const random = new Random('example');
console.log(random.uniform().toFixed(6), random.integer(6));
console.log(canonicalJson({ b: 1, a: [true, null] }));

try {
  throw new ConfigError('seed: is -1; expected 0 or more; correct it');
} catch (error) {
  if (OmnictError.isInstance(error)) console.log(error.code, error.message);
}

// Prints:
// 0.089072 1
// {"a":[true,null],"b":1}
// OMNICT_CONFIG_INVALID seed: is -1; expected 0 or more; correct it
