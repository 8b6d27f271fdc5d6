import type { ListFileEntry } from '@huggingface/hub';
import { FormatError } from '@omnict/core';

/** How the hub is asked. */
export interface HubConnection {
  hubUrl: string;
  fetch: typeof fetch;
  accessToken?: string;
}

/** A file of a repository. */
export interface HubFile {
  path: string;
  size: number;
  oid?: string;
  lfs?: { oid: string };
}

/** The hub of `HF_ENDPOINT`, asked with `HF_TOKEN`, as in Python. */
export function hubConnection(): HubConnection {
  const hubUrl = process.env['HF_ENDPOINT'] ?? 'https://huggingface.co';
  const accessToken = process.env['HF_TOKEN'];
  return {
    hubUrl,
    fetch: staysOn(hubUrl),
    ...(accessToken === undefined ? {} : { accessToken }),
  };
}

/** Hashes of the hub become names of files and folders. @throws FormatError for anything else */
export function checkedHash(hash: string | undefined, hubUrl: string): string {
  if (hash !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(hash)) return hash;
  throw new FormatError(
    `${hubUrl}: answers with ${JSON.stringify(hash)} in the place of a hash; expected 40 or 64 hexadecimal digits; check HF_ENDPOINT`,
  );
}

/** Asks the hub and nobody else: a list's next page may be said to lie with another server. */
function staysOn(hubUrl: string): typeof fetch {
  const { origin } = new URL(hubUrl);
  return (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (new URL(url).origin === origin) return fetch(input, init);
    const problem = `${hubUrl}: names ${new URL(url).origin} as the place of its list; expected its own address; check HF_ENDPOINT`;
    return Promise.reject(new FormatError(problem));
  };
}

/** Entries of a list of several pages. */
export async function collect(entries: AsyncIterable<ListFileEntry>): Promise<ListFileEntry[]> {
  const list: ListFileEntry[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
}

/** Why a request failed, in words. */
export function reason(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error
    ? cause.message
    : error instanceof Error
      ? error.message
      : String(error);
}
