import axios from 'axios';
import { createReadStream } from 'node:fs';
import { MlflowError, toMlflowError } from './mlflow-error';
import type { MlflowHttp } from './mlflow-http';

/** Bytes of a part: above the 5 MiB that S3 asks for, small enough to be sent again. */
const PART_BYTES = 16 * 1024 * 1024;

/** Parts an object store takes. */
const MOST_PARTS = 10_000;

const ROOT = '/api/2.0/mlflow-artifacts/mpu';

/** Time that one part may take, ms. */
const PART_TIMEOUT_MS = 10 * 60_000;

interface Credential {
  url: string;
  part_number: number;
  headers?: Record<string, string>;
}

/**
 * Sends a file in parts straight to the object store behind the server.
 *
 * @param http to the server
 * @param upload path behind the proxy, encoded; the file; its bytes
 * @returns false when the server's store takes no parts (501): send the file in one piece
 * @throws MlflowError after the parts sent so far were given up
 */
export async function uploadInParts(
  http: MlflowHttp,
  upload: { target: string; file: string; size: number },
): Promise<boolean> {
  const { target, file, size } = upload;
  // The server joins a folder in the address and a file's name in the body.
  const slash = target.lastIndexOf('/');
  const folder = target.slice(0, slash);
  const path = decodeURIComponent(target.slice(slash + 1));
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS));
  const parts = Math.ceil(size / partBytes);
  let started: { upload_id?: string; credentials: Credential[] };
  try {
    started = await http.request({
      method: 'POST',
      url: `${ROOT}/create/${folder}`,
      data: { path, num_parts: parts },
    });
  } catch (error) {
    if (takesNoParts(error)) return false;
    throw error;
  }
  const { upload_id: uploadId, credentials } = started;
  try {
    const sent = [];
    for (const credential of credentials) {
      const start = (credential.part_number - 1) * partBytes;
      const length = Math.min(partBytes, size - start);
      const etag = await http.retried(() => sendPart(credential, { file, start, length }));
      sent.push({ part_number: credential.part_number, etag, url: credential.url });
    }
    await http.request({
      method: 'POST',
      url: `${ROOT}/complete/${folder}`,
      data: { path, upload_id: uploadId, parts: sent },
    });
  } catch (error) {
    await http
      .request({
        method: 'POST',
        url: `${ROOT}/abort/${folder}`,
        data: { path, upload_id: uploadId },
      })
      .catch(() => undefined); // the first error says what went wrong
    throw error;
  }
  return true;
}

/** Sends one part to the place the server named; its credentials are in the URL. */
async function sendPart(
  { url, part_number: part, headers = {} }: Credential,
  { file, start, length }: { file: string; start: number; length: number },
): Promise<string> {
  try {
    const response = await axios.put<unknown>(
      url,
      createReadStream(file, { start, end: start + length - 1 }),
      {
        // No type: axios would call it a form, which some stores then parse.
        headers: { 'Content-Type': false, ...headers, 'Content-Length': String(length) },
        timeout: PART_TIMEOUT_MS,
        maxBodyLength: Infinity,
        maxRedirects: 0,
        proxy: false,
      },
    );
    return String(response.headers['etag'] ?? '');
  } catch (error) {
    throw toMlflowError(error, `PUT part ${part} of an artifact`);
  }
}

function takesNoParts(error: unknown): boolean {
  return error instanceof MlflowError && (error.status === 501 || error.status === 404);
}
