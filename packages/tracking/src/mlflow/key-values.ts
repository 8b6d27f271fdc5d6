/** How MLflow writes an entry of params and tags. */
export interface KeyValue<T = string> {
  key: string;
  value: T;
}

/** A record as MLflow's list of entries. */
export function entries(values: Readonly<Record<string, string>>): KeyValue[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

/** MLflow's list of entries as a record. */
export function recordOf<T>(list: readonly KeyValue<T>[] = []): Record<string, T> {
  return Object.fromEntries(list.map(({ key, value }) => [key, value]));
}
