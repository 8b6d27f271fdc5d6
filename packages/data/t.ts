import { generatePhantomCT } from './src/index';
const t = Date.now();
await generatePhantomCT({
  seed: 1,
  folder: '/tmp/px',
  splits: {
    train: { slices: 20, volumes: 40 },
    validation: { slices: 0, volumes: 0 },
    test: { slices: 0, volumes: 0 },
  },
});
console.log(Date.now() - t);
