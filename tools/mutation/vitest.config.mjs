/** @file The tests' settings, with one mutation applied to the source as it is loaded. */
import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.ts';
import { MUTATIONS } from './mutations.mjs';

const mutation = MUTATIONS[Number(process.env.OMNICT_MUTATION)];

export default mergeConfig(base, {
  plugins: [
    {
      name: 'mutation',
      enforce: 'pre',
      transform(code, id) {
        if (mutation === undefined || !id.endsWith(`packages/eval/${mutation.file}`)) return null;
        return code.replace(mutation.find, () => mutation.replace);
      },
    },
  ],
  test: { reporters: ['dot'] },
});
