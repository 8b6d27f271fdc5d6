import * as tf from '@tensorflow/tfjs-core';
import { MissingDataError, ShapeError } from '@omnict/core';

/**
 * Base of everything with parameters.
 *
 * A module's parameters are the variables found in its properties, its sub-modules and arrays of
 * sub-modules. A parameter's name is the path to it with each property name in snake_case:
 * `model.layers[0].selfAttn.qProj.weight` is `layers.0.self_attn.q_proj.weight`, so that modules
 * whose properties carry the names of a published checkpoint load it without a table of names.
 */
export abstract class Module {
  /** Parameters by name, in the order of the properties. */
  namedParameters(prefix = ''): Map<string, tf.Variable> {
    const found = new Map<string, tf.Variable>();
    for (const [property, value] of Object.entries(this)) {
      const path = prefix + toSnakeCase(property);
      collect(path, value, found);
    }
    return found;
  }

  /** This module and all below it, by path: the start of their parameters' names. */
  namedModules(path = ''): Map<string, Module> {
    const found = new Map<string, Module>([[path, this]]);
    const visit = (at: string, value: unknown): void => {
      if (value instanceof Module) for (const entry of value.namedModules(at)) found.set(...entry);
      else if (Array.isArray(value)) value.forEach((item, index) => visit(`${at}.${index}`, item));
    };
    for (const [property, value] of Object.entries(this)) {
      visit(path === '' ? toSnakeCase(property) : `${path}.${toSnakeCase(property)}`, value);
    }
    return found;
  }

  /** All parameters. */
  parameters(): tf.Variable[] {
    return [...this.namedParameters().values()];
  }

  /** Number of scalars in all parameters. */
  parameterCount(): number {
    return this.parameters().reduce((sum, { size }) => sum + size, 0);
  }

  /** Copies values into parameters of the same names. @throws MissingDataError, ShapeError. */
  loadParameters(values: ReadonlyMap<string, tf.Tensor>): void {
    for (const [name, parameter] of this.namedParameters()) {
      const value = values.get(name);
      if (value === undefined) {
        throw new MissingDataError(
          `loadParameters: tensor '${name}' is missing; expected one of shape [${parameter.shape.join(', ')}]; check that the checkpoint is of this architecture`,
        );
      }
      if (!tf.util.arraysEqual(value.shape, parameter.shape)) {
        throw new ShapeError(
          `loadParameters: tensor '${name}' has another shape; expected [${parameter.shape.join(', ')}], got [${value.shape.join(', ')}]; check that config and checkpoint belong together`,
        );
      }
      parameter.assign(value);
    }
  }

  /** Frees all parameters. */
  dispose(): void {
    for (const parameter of this.parameters()) parameter.dispose();
  }
}

function collect(path: string, value: unknown, found: Map<string, tf.Variable>): void {
  if (value instanceof tf.Variable) {
    found.set(path, value as tf.Variable);
  } else if (value instanceof Module) {
    for (const [name, variable] of value.namedParameters(`${path}.`)) found.set(name, variable);
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => collect(`${path}.${index}`, item, found));
  }
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
