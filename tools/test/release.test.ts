import { expect, it } from 'vitest';
import { billOfMaterials, thirdPartyNotices } from '../release/materials.mjs';

it('a release has a bill of materials and the licences of all that it brings', () => {
  const { components } = billOfMaterials();
  const names = components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['yaml', 'ajv', 'sharp', '@sinclair/typebox']));
  for (const name of ['vitest', 'prettier', '@omnict/core']) expect(names).not.toContain(name);
  for (const { name, licenses, hashes, purl } of components) {
    expect(licenses, name).toHaveLength(1);
    expect(hashes[0]?.content, name).toMatch(/^[0-9a-f]{128}$/);
    expect(purl).toMatch(/^pkg:npm\/(?:%40[\w.-]+\/)?[\w.-]+@\d/);
  }
  const notices = thirdPartyNotices();
  expect(notices).toMatch(/^yaml@\d[\d.]* \(ISC\)$/m);
  expect(notices).toContain('Copyright Eemeli Aro');
});
