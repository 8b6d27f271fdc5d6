import { describe, expect, it } from 'vitest';
import { redactJson, redactText, safeValues } from './redact';

describe('redaction', () => {
  it.each([
    ['http://user:pass@host:5000/x', 'http://[redacted]@host:5000/x'],
    ['Authorization: Bearer abcdefgh12345', 'Authorization: Bearer [redacted]'],
    ['key sk-abcdefghijklmnop1234', 'key [redacted]'],
    ['series 1.3.12.2.1107.5.1.4.60064.30000022120808113428000016573', 'series [uid]'],
    // The standard's own UIDs, versions, numbers and plain addresses say nothing about anyone.
    ['1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.90'],
    ['MLflow 3.17.2 at http://127.0.0.1:5000', 'MLflow 3.17.2 at http://127.0.0.1:5000'],
    ['[0.1, 2.5e-3]', '[0.1, 2.5e-3]'],
  ])('of %s', (text, expected) => expect(redactText(text)).toBe(expected));

  it('blanks values by what their keys name', () => {
    const values = { PatientName: 'Doe^J', 'patient.id': 'P1', 'api-keys': 'k', hf_token: 't' };
    expect(new Set(Object.values(safeValues(values, 100)))).toEqual(new Set(['[redacted]']));
    const kept = { max_tokens: 9, tokens2d: 9, patientCount: 3, 'model.name': 'omnict' };
    expect(Object.values(safeValues(kept, 100))).toEqual(['9', '9', '3', 'omnict']);
  });

  it('reaches into JSON', () => {
    const value = { data: [{ PatientID: 7, note: 'Bearer abcdefgh12345' }], size: [1, 2] };
    expect(redactJson(value)).toEqual({
      data: [{ PatientID: '[redacted]', note: 'Bearer [redacted]' }],
      size: [1, 2],
    });
  });
});
