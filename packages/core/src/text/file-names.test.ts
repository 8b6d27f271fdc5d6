import { describe, expect, it } from 'vitest';
import { fileDigestName, withoutFileNames } from './file-names';

const DIGEST = /file-[0-9a-f]{12}/;

describe('withoutFileNames', () => {
  it.each([
    '/data/DOE^JOHN_MRN123456.jpg: no image; expected a JPEG',
    '/data/DOE JOHN MRN123456/CT 1.dcm: is empty',
    'DOE JOHN MRN123456.nii.gz: cannot be read',
    'images/DOE^JOHN_MRN123456.nii.gz: cannot be read',
    "stage: image 'DOE^JOHN_MRN123456.png' is not there",
    'cannot open C:\\scans\\DOE^JOHN_MRN123456\\1.ima (EACCES)',
    "ENOENT: no such file or directory, open '/data/DOE^JOHN_MRN123456'",
    'read /data/MRN123456/DOE^JOHN, then /data/MRN123456/JOHN',
    'predicted 3 of 4; last was DOE^JOHN_MRN123456.DCM',
    'file:///data/DOE^JOHN_MRN123456.npy',
  ])('names no file of %j', (text) => {
    const shown = withoutFileNames(text);
    expect(shown).not.toMatch(/DOE|JOHN|MRN123456/);
    expect(shown).toMatch(DIGEST);
  });

  it('tells which digest is which file, the same each time', () => {
    const names = new Map<string, string>();
    const note = (name: string, path: string): void => void names.set(name, path);
    const shown = withoutFileNames('a.dcm and b.dcm, a.dcm again', note);
    expect([...names.values()]).toEqual(['a.dcm', 'b.dcm']);
    expect(shown).toBe(
      `${fileDigestName('a.dcm')} and ${fileDigestName('b.dcm')}, ${fileDigestName('a.dcm')} again`,
    );
    expect(withoutFileNames(shown)).toBe(shown);
  });

  it.each([
    'step 3 of 10, loss 0.5 nats/token, 12 tokens/s',
    'expected [B, N, E], got 1/2; see https://example.org',
    '    at run (/app/dist/worker.js:12:5)',
    'TypeError: x is not a function',
  ])('leaves %j as it is', (text) => expect(withoutFileNames(text)).toBe(text));

  it('takes time in proportion to the text', () => {
    const text = '/a '.repeat(100_000);
    expect(withoutFileNames(text).length).toBe(text.length);
  });
});
