/**
 * Decodes a file of JPEG with 12 bits through ITK-Wasm, which rescales to HU as well.
 *
 * @throws the address of a C++ exception when it cannot
 */
export async function decodeByItk(path: string): Promise<Float32Array> {
  const { readImageNode } = await import('@itk-wasm/image-io');
  const { data } = await readImageNode(path);
  return Float32Array.from(data as ArrayLike<number>);
}
