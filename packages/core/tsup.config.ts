import { packageConfig } from '../../tsup.base';

export default packageConfig({
  entry: ['src/index.ts', 'src/portable.ts'],
  // Inside, only what is used of it is there: its hundreds of files would be a third of `omnict --help`.
  noExternal: ['@sinclair/typebox'],
});
