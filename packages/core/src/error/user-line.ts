// Frames of Millrace itself, of rxjs and of the runtime are not the user's. Tests beside our sources count as users.
const ownFrame = /[\\/](@millrace|rxjs)[\\/]|[\\/]packages[\\/](core|operators|connectors)[\\/](src|dist)[\\/]|\bnode:/;
const testFrame = /\.(test|property\.test|test-d)\.[cm]?[jt]s\b/;

/**
 * The user's line that led here, as `file:line:column`; undefined where the stack shows none. To be asked while an
 * operator is made: stacks of a run hold only rxjs and the driver.
 */
export function userLine(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n').slice(1)) {
    const place = /\(?((?:file:\/\/)?[^()\s][^()]*:\d+:\d+)\)?$/.exec(line.trim().replace(/^at (?:async )?/, ''))?.[1];
    if (place === undefined || (ownFrame.test(place) && !testFrame.test(place))) continue;
    return place.replace(/^file:\/\//, '');
  }
  return undefined;
}
