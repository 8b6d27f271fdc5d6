import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MlflowError } from './mlflow-error';
import type { MlflowHttp } from './mlflow-http';
import { uploadInParts } from './multipart-upload';

/** Where artifacts lie: a run's or a logged model's `artifact_uri`. */
export interface ArtifactPlace {
  artifactUri: string;
}

/** A file or folder among the artifacts of a run. */
export interface ArtifactInfo {
  path: string;
  isFolder: boolean;
  /** Bytes; undefined for a folder. */
  size: number | undefined;
}

/** Bytes from which on a file is sent in parts where the server's store can take them. */
const MULTIPART_BYTES = 64 * 1024 * 1024;

/** Uploads may take longer than other requests: ms per file or part. */
const TRANSFER_TIMEOUT_MS = 30 * 60_000;

const ROOT = '/api/2.0/mlflow-artifacts';

/** Files of runs and models, through the server's artifact proxy. */
export class Artifacts {
  constructor(
    private readonly http: MlflowHttp,
    private readonly multipartBytes = MULTIPART_BYTES,
  ) {}

  /** Uploads a file. @param path inside the run's artifacts */
  async upload(place: ArtifactPlace, path: string, file: string): Promise<void> {
    const { size } = await stat(file);
    const target = targetOf(place, path);
    if (size >= this.multipartBytes && (await uploadInParts(this.http, { target, file, size })))
      return;
    await this.http.retried(() =>
      this.http.once({
        method: 'PUT',
        url: `${ROOT}/artifacts/${target}`,
        data: createReadStream(file),
        timeout: TRANSFER_TIMEOUT_MS,
        // No redirects: following one would hold the whole body in memory.
        maxRedirects: 0,
        headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(size) },
      }),
    );
  }

  /** Uploads all files of a folder. @param path of the folder inside the artifacts */
  async uploadFolder(place: ArtifactPlace, path: string, folder: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const inside = file.slice(folder.length).split(/[\\/]/).filter(Boolean);
      await this.upload(place, [path, ...inside].filter(Boolean).join('/'), file);
    }
  }

  /** Content of an artifact. */
  async download(place: ArtifactPlace, path: string): Promise<Buffer> {
    const content = await this.http.request<ArrayBuffer>({
      method: 'GET',
      url: `${ROOT}/artifacts/${targetOf(place, path)}`,
      timeout: TRANSFER_TIMEOUT_MS,
      responseType: 'arraybuffer',
    });
    return Buffer.from(content);
  }

  /** What lies in a folder of a run's artifacts. */
  async list(runId: string, path = ''): Promise<ArtifactInfo[]> {
    const { files = [] } = await this.http.get<{ files?: RawFile[] }>('artifacts/list', {
      run_id: runId,
      ...(path !== '' && { path }),
    });
    return files.map(({ path: found, is_dir: isFolder = false, file_size: size }) => ({
      path: found,
      isFolder,
      size: isFolder ? undefined : Number(size ?? 0),
    }));
  }
}

interface RawFile {
  path: string;
  is_dir?: boolean;
  file_size?: number | string;
}

/** Path behind the proxy, encoded. @throws MlflowError when artifacts are not behind the server */
function targetOf({ artifactUri }: ArtifactPlace, path: string): string {
  const prefix = /^mlflow-artifacts:\/*/;
  if (!prefix.test(artifactUri)) {
    throw new MlflowError(
      `MLflow: artifacts lie at ${artifactUri.split(':')[0]}:, not behind the server; start it with --artifacts-destination, or copy the files there`,
      { errorCode: 'UNSUPPORTED_ARTIFACT_STORE', status: 0 },
    );
  }
  const folder = artifactUri.replace(prefix, '');
  if (path.split('/').some((part) => part === '..' || part === '.')) {
    throw new MlflowError(
      `MLflow: artifact path '${path}' is refused; expected a path without dots that lead elsewhere; correct the journal`,
      { errorCode: 'INVALID_PARAMETER_VALUE', status: 0 },
    );
  }
  return [...folder.split('/'), ...path.split('/')].map(encodeURIComponent).join('/');
}
