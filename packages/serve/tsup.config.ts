import { packageConfig } from '../../tsup.base';
import { buildPage } from './build-page.mjs';

export default packageConfig({ onSuccess: () => buildPage('dist/page') });
