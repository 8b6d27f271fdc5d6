/** The part of dcmjs that is used; the package has no types of its own. */
declare module 'dcmjs' {
  interface DicomDict {
    dict: unknown;
    write(): ArrayBuffer;
  }
  const dcmjs: {
    data: {
      DicomMetaDictionary: { denaturalizeDataset(dataset: object): unknown };
      DicomDict: new (meta: unknown) => DicomDict;
    };
    log: { setLevel(level: string): void };
  };
  export default dcmjs;
}
