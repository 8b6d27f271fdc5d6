import { describe, expect, it } from 'vitest';
import { redactJson, redactText, safeValues } from './redact';

describe('redaction', () => {
  it.each([
    ['http://user:pass@host:5000/x', 'http://[redacted]@host:5000/x'],
    ['Authorization: Bearer abcdefgh12345', 'Authorization: Bearer [redacted]'],
    ['key sk-abcdefghijklmnop1234', 'key [redacted]'],
    ['https://secret-token@host/x', 'https://[redacted]@host/x'],
    ['http://host/x?token=abc&n=1', 'http://host/x?token=[redacted]&n=1'],
    [
      'http://host/?X-Amz-Signature=0f&sig=1',
      'http://host/?X-Amz-Signature=[redacted]&sig=[redacted]',
    ],
    [`ghp_${'a1'.repeat(18)} in a log`, '[redacted] in a log'],
    [`ASIA${'A1'.repeat(8)}`, '[redacted]'],
    [`AIza${'a'.repeat(35)}`, '[redacted]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', '[redacted]'],
    ['-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----', '[redacted]'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', '[redacted]'],
    ['series 1.3.12.2.1107.5.1.4.60064.30000022120808113428000016573', 'series [uid]'],
    // The standard's own UIDs, versions, numbers and plain addresses say nothing about anyone.
    ['1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.90'],
    ['MLflow 3.17.2 at http://127.0.0.1:5000', 'MLflow 3.17.2 at http://127.0.0.1:5000'],
    ['[0.1, 2.5e-3]', '[0.1, 2.5e-3]'],
  ])('of %s', (text, expected) => expect(redactText(text)).toBe(expected));

  it('names no file of patients', () => {
    expect(redactText('read /data/DOE^JOHN/1.dcm')).toMatch(/^read file-[0-9a-f]{12}\.dcm$/);
  });

  it('blanks values by what their keys name', () => {
    const values = {
      PatientName: 'Doe^J',
      'patient.id': 'P1',
      'api-keys': 'k',
      hf_token: 't',
      private_key: 'k',
      AWS_SECRET_ACCESS_KEY: 'k',
      AccountKey: 'k',
      PatientSex: 'F',
      MRN: '1',
      OperatorName: 'Roe',
      dob: '1970-01-01',
    };
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
