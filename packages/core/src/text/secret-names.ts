/** Names of values that are never written anywhere: secrets. Counts of tokens stay. */
const SECRET_NAME =
  /(?:token|authorization|cookie|(?:passwd|password|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|account[_-]?key|connection[_-]?string|credential)s?)$|(?:secret|private|access)[_-]?key/i;

/** True for the name of a variable or key that holds a secret, such as `OMNICT_API_KEY`, by its words. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}
