import { UnsupportedError } from '../errors/unsupported-error';
import type { OpAttribute, TensorFlowBinding } from '../engine/tensorflow-backend';
import { bytesField, floatBytes, floatField, integerField, varint } from './protobuf';

/**
 * @file A TensorFlow graph under construction, written out as a SavedModel. Field numbers are
 * those of TensorFlow's `graph.proto`, `node_def.proto`, `attr_value.proto`, `tensor.proto`,
 * `tensor_shape.proto`, `meta_graph.proto` and `saved_model.proto`.
 */

/** Version of the graph format producer: the one that TensorFlow 2.9, tfjs-node's own, accepts. */
const GRAPH_PRODUCER = 1087;

/** Tag under which the one graph is stored and loaded. */
export const SERVE_TAG = 'serve';

/** A node's output, as other nodes and feeds name it: `node:0`. */
export type Endpoint = string;

/** Collects nodes; every method returns the endpoint of the node it added. */
export class GraphDef {
  private readonly nodes: Buffer[] = [];

  constructor(private readonly binding: TensorFlowBinding) {}

  /** Number of nodes so far. */
  get size(): number {
    return this.nodes.length;
  }

  /** A value that every run supplies. @param dtype TensorFlow's DataType number. */
  placeholder(dtype: number, shape: readonly number[]): Endpoint {
    return this.add(
      'Placeholder',
      [],
      [
        attribute('dtype', integerField(6, dtype)),
        attribute('shape', bytesField(7, shapeProto(shape))),
      ],
    );
  }

  /** A value fixed at recording time. @param bytes little-endian elements. */
  constant(dtype: number, shape: readonly number[], bytes: Uint8Array): Endpoint {
    const tensor = Buffer.concat([
      integerField(1, dtype),
      bytesField(2, shapeProto(shape)),
      bytesField(4, bytes),
    ]);
    return this.add(
      'Const',
      [],
      [attribute('dtype', integerField(6, dtype)), attribute('value', bytesField(8, tensor))],
    );
  }

  /** Any operation, with the attributes tfjs-node would pass to it. Returns its first output. */
  operation(
    name: string,
    inputs: readonly Endpoint[],
    attributes: readonly OpAttribute[],
  ): Endpoint {
    return this.add(
      name,
      inputs,
      attributes.map((item) => attribute(item.name, this.attributeValue(name, item))),
    );
  }

  /** The whole graph as the content of `saved_model.pb`. */
  toSavedModel(): Buffer {
    const versions = bytesField(4, integerField(1, GRAPH_PRODUCER));
    const graph = Buffer.concat([...this.nodes, versions]);
    const meta = Buffer.concat([bytesField(1, bytesField(4, SERVE_TAG)), bytesField(2, graph)]);
    return Buffer.concat([integerField(1, 1), bytesField(2, meta)]);
  }

  private add(operation: string, inputs: readonly Endpoint[], attributes: Buffer[]): Endpoint {
    const name = `n${this.nodes.length}`;
    const node = [bytesField(1, name), bytesField(2, operation)];
    for (const input of inputs) node.push(bytesField(3, input));
    this.nodes.push(bytesField(1, Buffer.concat([...node, ...attributes])));
    return `${name}:0`;
  }

  /** AttrValue message of one attribute. */
  private attributeValue(operation: string, { name, type, value }: OpAttribute): Buffer {
    const { binding } = this;
    switch (type) {
      case binding.TF_ATTR_TYPE:
        return integerField(6, value as number);
      case binding.TF_ATTR_BOOL:
        if (Array.isArray(value)) break;
        return integerField(5, value === true ? 1 : 0);
      case binding.TF_ATTR_STRING:
        if (Array.isArray(value)) break;
        return bytesField(2, value as string);
      case binding.TF_ATTR_SHAPE:
        return bytesField(7, shapeProto(value as number[]));
      case binding.TF_ATTR_INT:
        if (!Array.isArray(value)) return integerField(3, value as number);
        return bytesField(
          1,
          bytesField(3, Buffer.concat((value as number[]).map((item) => varint(item)))),
        );
      case binding.TF_ATTR_FLOAT:
        if (!Array.isArray(value)) return floatField(4, value as number);
        return bytesField(1, bytesField(4, floatBytes(value as number[])));
    }
    throw new UnsupportedError(
      `compile: attribute '${name}' of ${operation} has a type the graph writer does not know (${type}); set OMNICT_COMPILE=off to run without recording`,
    );
  }
}

function attribute(name: string, value: Buffer): Buffer {
  return bytesField(5, Buffer.concat([bytesField(1, name), bytesField(2, value)]));
}

function shapeProto(shape: readonly number[]): Buffer {
  return Buffer.concat(shape.map((size) => bytesField(2, integerField(1, size))));
}
