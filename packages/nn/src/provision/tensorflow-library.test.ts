import { expect, it } from 'vitest';
import { requirementsOf } from './tensorflow-library';

const METADATA = `Metadata-Version: 2.1
Name: tensorflow
Provides-Extra: and-cuda
Requires-Dist: numpy>=1.26.0
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"
Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == 'and-cuda'
Requires-Dist: tensorflow-io ; extra == "gcs-filesystem"
`;

it('asks for what the extra of the wheel names', () => {
  expect(requirementsOf(METADATA, 'and-cuda')).toEqual([
    'nvidia-cublas-cu12<13.0,>=12.5.3.2',
    'nvidia-cudnn-cu12<10.0,>=9.3.0.75',
  ]);
  expect(requirementsOf(METADATA, 'none')).toEqual([]);
});
