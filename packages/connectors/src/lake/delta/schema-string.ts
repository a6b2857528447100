import { binary, bool, type ColumnType, decimal, type Fields, float64, int32, int64, list, nullable, struct, timestamp, utf8 } from '@millrace/core'; // prettier-ignore

/** A type as Delta writes it: the name of a simple one, or an object. */
type DeltaType =
  | string
  | { readonly type: 'array'; readonly elementType: DeltaType; readonly containsNull: boolean }
  | { readonly type: 'struct'; readonly fields: readonly DeltaField[] };

interface DeltaField {
  readonly name: string;
  readonly type: DeltaType;
  readonly nullable: boolean;
  readonly metadata: object;
}

/** The columns of a table as the log declares them: Spark's JSON. */
export function schemaString(fields: Fields): string {
  return JSON.stringify(deltaStruct(fields));
}

/** The columns that a `schemaString` declares; undefined as the type of those that no column of ours can hold. */
export function fieldsOfSchemaString(text: string): { readonly [name: string]: ColumnType | undefined } {
  const { fields } = JSON.parse(text) as { fields: readonly DeltaField[] };
  return Object.fromEntries(fields.map((field) => [field.name, typeOf(field)]));
}

function deltaStruct(fields: Fields): { type: 'struct'; fields: DeltaField[] } {
  const members = Object.entries(fields).map(([name, type]) => ({
    name,
    type: deltaType(type),
    nullable: type.nullable,
    metadata: {},
  }));
  return { type: 'struct', fields: members };
}

const simpleNames = {
  utf8: 'string',
  int32: 'integer',
  int64: 'long',
  float64: 'double',
  bool: 'boolean',
  timestamp: 'timestamp',
  binary: 'binary',
} as const;

function deltaType(type: ColumnType): DeltaType {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'list':
      return { type: 'array', elementType: deltaType(type.items!), containsNull: type.items!.nullable };
    case 'struct':
      return deltaStruct(type.fields!);
    default:
      return simpleNames[type.kind];
  }
}

const simpleTypes: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ['string', utf8],
  ['integer', int32],
  ['long', int64],
  ['double', float64],
  ['boolean', bool],
  ['timestamp', timestamp],
  ['binary', binary],
]);

function typeOf({ type, nullable: isNullable }: Pick<DeltaField, 'type' | 'nullable'>): ColumnType | undefined {
  const found = plainType(type);
  return found !== undefined && isNullable ? nullable(found) : found;
}

function plainType(type: DeltaType): ColumnType | undefined {
  if (typeof type === 'string') {
    const digits = /^decimal\((\d+),\s*(\d+)\)$/.exec(type);
    return digits === null ? simpleTypes.get(type) : decimal(Number(digits[1]), Number(digits[2]));
  }
  if (type.type === 'array') {
    const items = typeOf({ type: type.elementType, nullable: type.containsNull });
    return items === undefined ? undefined : list(items);
  }
  if (type.type !== 'struct') return undefined;
  const members = type.fields.map((field) => [field.name, typeOf(field)] as const);
  if (members.some(([, member]) => member === undefined)) return undefined;
  return struct(Object.fromEntries(members) as Fields);
}
