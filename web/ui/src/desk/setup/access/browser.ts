/** The browser and system that a user agent names, such as "Firefox, Linux"; "" when it names none we know. */
export function browserOf(agent: string): string {
  const browsers: [RegExp, string][] = [
    [/\bEdgA?\//, "Edge"],
    [/\bOPR\//, "Opera"],
    [/\bFirefox\/|\bFxiOS\//, "Firefox"],
    [/\bChrome\/|\bCriOS\//, "Chrome"],
    [/\bSafari\//, "Safari"],
    [/\bcurl\//, "curl"],
  ];
  const systems: [RegExp, string][] = [
    [/\biPhone|\biPad/, "iOS"],
    [/\bAndroid/, "Android"],
    [/\bWindows/, "Windows"],
    [/\bMac OS X|\bMacintosh/, "macOS"],
    [/\bLinux|\bX11/, "Linux"],
  ];
  const of = (list: [RegExp, string][]) => list.find(([pattern]) => pattern.test(agent))?.[1] ?? "";
  return [of(browsers), of(systems)].filter(Boolean).join(", ");
}
