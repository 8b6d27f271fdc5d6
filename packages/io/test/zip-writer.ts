import { deflateRawSync } from 'node:zlib';

/** A ZIP archive as NumPy writes it, without checksums, which the reader leaves to the arrays. */
export function zip(
  members: readonly { name: string; content: Buffer; isPacked: boolean }[],
): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const { name, content, isPacked } of members) {
    const packed = isPacked ? deflateRawSync(content) : content;
    const nameBytes = Buffer.from(name, 'latin1');
    const common = Buffer.alloc(26); // from "version needed" to the length of the extra field
    common.writeUInt16LE(45, 0);
    common.writeUInt16LE(isPacked ? 8 : 0, 4);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, packed);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 0, 'latin1');
    common.copy(entry, 6);
    entry.writeUInt32LE(at, 42);
    entries.push(entry, nameBytes);
    at += 30 + nameBytes.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}
