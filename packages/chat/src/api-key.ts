import { ConfigError } from '@omnict/core';

/** Environment variables, as `process.env` holds them. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Keys of known services, and the only address each is sent to unless its variable names another. */
const SERVICES: Readonly<Record<string, { url: string; urlVariable: string }>> = {
  OPENAI_API_KEY: { url: 'https://api.openai.com', urlVariable: 'OPENAI_BASE_URL' },
  OPENROUTER_API_KEY: { url: 'https://openrouter.ai', urlVariable: 'OPENROUTER_BASE_URL' },
  MISTRAL_API_KEY: { url: 'https://api.mistral.ai', urlVariable: 'MISTRAL_BASE_URL' },
  DEEPSEEK_API_KEY: { url: 'https://api.deepseek.com', urlVariable: 'DEEPSEEK_BASE_URL' },
  DASHSCOPE_API_KEY: { url: 'https://dashscope.aliyuncs.com', urlVariable: 'DASHSCOPE_BASE_URL' },
};

/** Variables of other servers: `OMNICT_<NAME>_API_KEY`, sent to `OMNICT_<NAME>_API_URL` alone. */
const OWN = /^OMNICT_(?:[A-Z0-9]+_)*API_KEY$/;

/** Which key goes where. */
export interface ApiKeyRequest {
  /** Variable that holds the key, as a spec or the command line names it. */
  name: string;
  /** Server that is to get it. */
  url: string;
  /** Addresses that the user gave on the command line together with the name: theirs to choose. */
  given?: readonly (string | undefined)[];
}

/**
 * Key of a server from the environment. A key belongs to the address that the user gave it for: a spec
 * of somebody else may name any variable and any server.
 *
 * @returns undefined when the variable is not set
 * @throws ConfigError for a variable that is not meant for such keys, or a key of another address
 */
export function apiKeyFor(
  { name, url, given = [] }: ApiKeyRequest,
  environment: Environment,
): string | undefined {
  const service = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
  if (service === undefined && !OWN.test(name)) {
    throw new ConfigError(
      `apiKeyEnv: variable ${JSON.stringify(name)} is not meant for keys of servers; expected OMNICT_API_KEY, OMNICT_<NAME>_API_KEY, ${Object.keys(SERVICES).join(', ')}; export the key under such a name`,
    );
  }
  const key = environment[name];
  if (key === undefined || key === '') return undefined;
  if (given.some((address) => address !== undefined && isSameOrigin(address, url))) return key;
  const urlVariable = service?.urlVariable ?? name.replace(/KEY$/, 'URL');
  const belongsTo = environment[urlVariable] ?? service?.url;
  if (belongsTo !== undefined && isSameOrigin(belongsTo, url)) return key;
  throw new ConfigError(
    `apiKeyEnv: the key in ${name} is for ${belongsTo === undefined ? 'no address yet' : originOf(belongsTo)}, not for ${originOf(url)}; expected the address it was given for; if it is meant for that server, export ${urlVariable}=${originOf(url)}`,
  );
}

/** True when two addresses have the same protocol, host and port. */
function isSameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && originOf(one) === originOf(other);
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : JSON.stringify(url);
}
