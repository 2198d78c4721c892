import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  OwnerLock,
  readOwner
} from "./part-LUADYMZV.js";
import {
  AuditFault,
  ChainWalk,
  GENESIS,
  HASH_BYTES,
  canonicalJson,
  entryLine,
  headerLine,
  nextHash
} from "./part-S2NGDSVH.js";
import {
  CALLS,
  configInputSchema,
  configPatchSchema,
  effectiveSettings,
  invalidOption,
  parseCall,
  parseOptions,
  readKeys,
  resolveSettings,
  warningOf
} from "./part-QHANXHGR.js";
import {
  CatalogKind,
  DEFAULT_TENANT_ID
} from "./part-CVJAEUT3.js";
import {
  redactText,
  redactUrl,
  redactValue
} from "./part-NVX2M3IU.js";
import {
  configOf,
  configTag,
  holdingsOf,
  outcomeOf,
  parseFromEngine
} from "./part-XUPOLVNV.js";
import {
  environment
} from "./part-OWWNG4U5.js";
import {
  openStore
} from "./part-GCEDCA6D.js";
import {
  Overwrite,
  Waker,
  listRecords,
  protect,
  putRecord,
  sleep,
  writeRecord
} from "./part-CGYVB7NO.js";
import {
  engineChildUrl
} from "./part-6IDDM62P.js";
import {
  ClientState,
  ERROR_CODES,
  RecordFolder,
  RecordKind,
  Repository,
  SnapshotType,
  compilePattern,
  hasUserFile,
  hkdf,
  kekFingerprint,
  listUserFiles,
  openPayload,
  readHistory,
  readRecords,
  readUserFile,
  receivedError,
  removeUserFile,
  sealPayload,
  unwrap,
  wrapFor,
  writeUserFile
} from "./part-MHRCNTTW.js";
import {
  hostName,
  isProcessAlive,
  makeDirectories
} from "./part-K2YNPRNH.js";
import {
  throwIfAborted
} from "./part-QRF3X5AE.js";
import {
  invariant
} from "./part-R6C3JOCY.js";
import {
  AlertSeverity,
  AlertType,
  BackupFrequency,
  BackupType,
  CALL_FORMS,
  CONFIG_OPTIONS,
  DueState,
  ERROR_CATALOG,
  HealthStatus,
  PRIORITY_RANK,
  PointState,
  Priority,
  RecoveryState,
  RecoveryType,
  RunState,
  RunTrigger,
  SourceKind,
  VARIABLES,
  errorText,
  failureOf,
  fill,
  localeOf
} from "./part-AUIKQE6Q.js";
import {
  isoTime,
  monotonicNs,
  nowMs
} from "./part-KY2D2ADW.js";
import {
  BackupError,
  isBackupError,
  systemCode
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __commonJS,
  __require,
  __toESM,
  __using
} from "./part-ZH4JMW4G.js";

// node_modules/cron-parser/dist/fields/types.js
var require_types = __commonJS({
  "node_modules/cron-parser/dist/fields/types.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
  }
});

// node_modules/cron-parser/dist/fields/CronField.js
var require_CronField = __commonJS({
  "node_modules/cron-parser/dist/fields/CronField.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronField = void 0;
    var CronField = class _CronField {
      #hasLastChar = false;
      #hasQuestionMarkChar = false;
      #wildcard = false;
      #values = [];
      options = { rawValue: "" };
      /**
       * Returns the minimum value allowed for this field.
       */
      /* istanbul ignore next */
      static get min() {
        throw new Error("min must be overridden");
      }
      /**
       * Returns the maximum value allowed for this field.
       */
      /* istanbul ignore next */
      static get max() {
        throw new Error("max must be overridden");
      }
      /**
       * Returns the allowed characters for this field.
       */
      /* istanbul ignore next */
      static get chars() {
        return Object.freeze([]);
      }
      /**
       * Returns whether a string value, such as `L`, is allowed in this field.
       * @param {string} value - The value to check
       * @returns {boolean}
       */
      static isValidChar(value) {
        return this.chars.includes(value);
      }
      /**
       * Returns the regular expression used to validate this field.
       */
      static get validChars() {
        return /^[?,*\dH/-]+$|^.*H\(\d+-\d+\)\/\d+.*$|^.*H\(\d+-\d+\).*$|^.*H\/\d+.*$/;
      }
      /**
       * Returns the constraints for this field.
       */
      static get constraints() {
        return { min: this.min, max: this.max, chars: this.chars, validChars: this.validChars };
      }
      /**
       * CronField constructor. Initializes the field with the provided values.
       * @param {number[] | string[]} values - Values for this field
       * @param {CronFieldOptions} [options] - Options provided by the parser
       * @throws {TypeError} if the constructor is called directly
       * @throws {Error} if validation fails
       */
      constructor(values, options = { rawValue: "" }) {
        if (!Array.isArray(values)) {
          throw new Error(`${this.constructor.name} Validation error, values is not an array`);
        }
        if (!(values.length > 0)) {
          throw new Error(`${this.constructor.name} Validation error, values contains no values`);
        }
        this.options = {
          ...options,
          rawValue: options.rawValue ?? ""
        };
        this.#values = [...values].sort(_CronField.sorter);
        this.#wildcard = this.options.wildcard !== void 0 ? this.options.wildcard : this.#isWildcardValue();
        this.#hasLastChar = this.options.rawValue.includes("L") || values.includes("L");
        this.#hasQuestionMarkChar = this.options.rawValue.includes("?") || values.includes("?");
      }
      /**
       * Returns the minimum value allowed for this field.
       * @returns {number}
       */
      get min() {
        return this.constructor.min;
      }
      /**
       * Returns the maximum value allowed for this field.
       * @returns {number}
       */
      get max() {
        return this.constructor.max;
      }
      /**
       * Returns an array of allowed special characters for this field.
       * @returns {string[]}
       */
      get chars() {
        return this.constructor.chars;
      }
      /**
       * Indicates whether this field has a "last" character.
       * @returns {boolean}
       */
      get hasLastChar() {
        return this.#hasLastChar;
      }
      /**
       * Indicates whether this field has a "question mark" character.
       * @returns {boolean}
       */
      get hasQuestionMarkChar() {
        return this.#hasQuestionMarkChar;
      }
      /**
       * Indicates whether this field is a wildcard.
       * @returns {boolean}
       */
      get isWildcard() {
        return this.#wildcard;
      }
      /**
       * Returns an array of allowed values for this field.
       * @returns {CronFieldType}
       */
      get values() {
        return this.#values;
      }
      /**
       * Helper function to sort values in ascending order.
       * @param {number | string} a - First value to compare
       * @param {number | string} b - Second value to compare
       * @returns {number} - A negative, zero, or positive value, depending on the sort order
       */
      static sorter(a, b) {
        const aIsNumber = typeof a === "number";
        const bIsNumber = typeof b === "number";
        if (aIsNumber && bIsNumber)
          return a - b;
        if (!aIsNumber && !bIsNumber)
          return a.localeCompare(b);
        return aIsNumber ? (
          /* istanbul ignore next - A will always be a number until L-2 is supported */
          -1
        ) : 1;
      }
      /**
       * Find the next (or previous when `reverse` is true) numeric value in a sorted list.
       * Returns null if there's no value strictly after/before the current one.
       *
       * @param values - Sorted numeric values
       * @param currentValue - Current value to compare against
       * @param reverse - When true, search in reverse for previous smaller value
       */
      static findNearestValueInList(values, currentValue, reverse) {
        if (reverse) {
          for (let i = values.length - 1; i >= 0; i--) {
            if (values[i] < currentValue)
              return values[i];
          }
          return null;
        }
        for (let i = 0; i < values.length; i++) {
          if (values[i] > currentValue)
            return values[i];
        }
        return null;
      }
      /**
       * Instance helper that operates on this field's numeric `values`.
       *
       * @param currentValue - Current value to compare against
       * @param reverse - When true, search in reverse for previous smaller value
       */
      findNearestValue(currentValue, reverse) {
        return this.constructor.findNearestValueInList(this.values, currentValue, reverse);
      }
      /**
       * Serializes the field to an object.
       * @returns {SerializedCronField}
       */
      serialize() {
        return {
          wildcard: this.#wildcard,
          values: this.#values
        };
      }
      /**
       * Validates the field values against the allowed range and special characters.
       * @throws {Error} if validation fails
       */
      validate() {
        let badValue;
        const charsString = this.chars.length > 0 ? ` or chars ${this.chars.join("")}` : "";
        const field = this.constructor;
        const rangeTest = (value) => {
          badValue = value;
          return typeof value === "number" ? value >= this.min && value <= this.max : field.isValidChar(value);
        };
        const isValidRange = this.#values.every(rangeTest);
        if (!isValidRange) {
          throw new Error(`${this.constructor.name} Validation error, got value ${badValue} expected range ${this.min}-${this.max}${charsString}`);
        }
        const duplicate = this.#values.find((value, index) => this.#values.indexOf(value) !== index);
        if (duplicate !== void 0) {
          throw new Error(`${this.constructor.name} Validation error, duplicate values found: ${duplicate}`);
        }
      }
      /**
       * Determines if the field is a wildcard based on the values.
       * When options.rawValue is not empty, it checks if the raw value is a wildcard, otherwise it checks if all values in the range are included.
       * @returns {boolean}
       */
      #isWildcardValue() {
        if (this.options.rawValue.length > 0) {
          return ["*", "?"].includes(this.options.rawValue);
        }
        return Array.from({ length: this.max - this.min + 1 }, (_, i) => i + this.min).every((value) => this.#values.includes(value));
      }
    };
    exports.CronField = CronField;
  }
});

// node_modules/luxon/build/node/luxon.js
var require_luxon = __commonJS({
  "node_modules/luxon/build/node/luxon.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var LuxonError = class extends Error {
    };
    var InvalidDateTimeError = class extends LuxonError {
      constructor(reason) {
        super(`Invalid DateTime: ${reason.toMessage()}`);
      }
    };
    var InvalidIntervalError = class extends LuxonError {
      constructor(reason) {
        super(`Invalid Interval: ${reason.toMessage()}`);
      }
    };
    var InvalidDurationError = class extends LuxonError {
      constructor(reason) {
        super(`Invalid Duration: ${reason.toMessage()}`);
      }
    };
    var ConflictingSpecificationError = class extends LuxonError {
    };
    var InvalidUnitError = class extends LuxonError {
      constructor(unit) {
        super(`Invalid unit ${unit}`);
      }
    };
    var InvalidArgumentError = class extends LuxonError {
    };
    var ZoneIsAbstractError = class extends LuxonError {
      constructor() {
        super("Zone is an abstract class");
      }
    };
    var n = "numeric";
    var s = "short";
    var l = "long";
    var DATE_SHORT = {
      year: n,
      month: n,
      day: n
    };
    var DATE_MED = {
      year: n,
      month: s,
      day: n
    };
    var DATE_MED_WITH_WEEKDAY = {
      year: n,
      month: s,
      day: n,
      weekday: s
    };
    var DATE_FULL = {
      year: n,
      month: l,
      day: n
    };
    var DATE_HUGE = {
      year: n,
      month: l,
      day: n,
      weekday: l
    };
    var TIME_SIMPLE = {
      hour: n,
      minute: n
    };
    var TIME_WITH_SECONDS = {
      hour: n,
      minute: n,
      second: n
    };
    var TIME_WITH_SHORT_OFFSET = {
      hour: n,
      minute: n,
      second: n,
      timeZoneName: s
    };
    var TIME_WITH_LONG_OFFSET = {
      hour: n,
      minute: n,
      second: n,
      timeZoneName: l
    };
    var TIME_24_SIMPLE = {
      hour: n,
      minute: n,
      hourCycle: "h23"
    };
    var TIME_24_WITH_SECONDS = {
      hour: n,
      minute: n,
      second: n,
      hourCycle: "h23"
    };
    var TIME_24_WITH_SHORT_OFFSET = {
      hour: n,
      minute: n,
      second: n,
      hourCycle: "h23",
      timeZoneName: s
    };
    var TIME_24_WITH_LONG_OFFSET = {
      hour: n,
      minute: n,
      second: n,
      hourCycle: "h23",
      timeZoneName: l
    };
    var DATETIME_SHORT = {
      year: n,
      month: n,
      day: n,
      hour: n,
      minute: n
    };
    var DATETIME_SHORT_WITH_SECONDS = {
      year: n,
      month: n,
      day: n,
      hour: n,
      minute: n,
      second: n
    };
    var DATETIME_MED = {
      year: n,
      month: s,
      day: n,
      hour: n,
      minute: n
    };
    var DATETIME_MED_WITH_SECONDS = {
      year: n,
      month: s,
      day: n,
      hour: n,
      minute: n,
      second: n
    };
    var DATETIME_MED_WITH_WEEKDAY = {
      year: n,
      month: s,
      day: n,
      weekday: s,
      hour: n,
      minute: n
    };
    var DATETIME_FULL = {
      year: n,
      month: l,
      day: n,
      hour: n,
      minute: n,
      timeZoneName: s
    };
    var DATETIME_FULL_WITH_SECONDS = {
      year: n,
      month: l,
      day: n,
      hour: n,
      minute: n,
      second: n,
      timeZoneName: s
    };
    var DATETIME_HUGE = {
      year: n,
      month: l,
      day: n,
      weekday: l,
      hour: n,
      minute: n,
      timeZoneName: l
    };
    var DATETIME_HUGE_WITH_SECONDS = {
      year: n,
      month: l,
      day: n,
      weekday: l,
      hour: n,
      minute: n,
      second: n,
      timeZoneName: l
    };
    var Zone = class {
      /**
       * The type of zone
       * @abstract
       * @type {string}
       */
      get type() {
        throw new ZoneIsAbstractError();
      }
      /**
       * The name of this zone.
       * @abstract
       * @type {string}
       */
      get name() {
        throw new ZoneIsAbstractError();
      }
      /**
       * The IANA name of this zone.
       * Defaults to `name` if not overwritten by a subclass.
       * @abstract
       * @type {string}
       */
      get ianaName() {
        return this.name;
      }
      /**
       * Returns whether the offset is known to be fixed for the whole year.
       * @abstract
       * @type {boolean}
       */
      get isUniversal() {
        throw new ZoneIsAbstractError();
      }
      /**
       * Returns the offset's common name (such as EST) at the specified timestamp
       * @abstract
       * @param {number} ts - Epoch milliseconds for which to get the name
       * @param {Object} opts - Options to affect the format
       * @param {string} opts.format - What style of offset to return. Accepts 'long' or 'short'.
       * @param {string} opts.locale - What locale to return the offset name in.
       * @return {string}
       */
      offsetName(ts, opts) {
        throw new ZoneIsAbstractError();
      }
      /**
       * Returns the offset's value as a string
       * @abstract
       * @param {number} ts - Epoch milliseconds for which to get the offset
       * @param {string} format - What style of offset to return.
       *                          Accepts 'narrow', 'short', or 'techie'. Returning '+6', '+06:00', or '+0600' respectively
       * @return {string}
       */
      formatOffset(ts, format) {
        throw new ZoneIsAbstractError();
      }
      /**
       * Return the offset in minutes for this zone at the specified timestamp.
       * @abstract
       * @param {number} ts - Epoch milliseconds for which to compute the offset
       * @return {number}
       */
      offset(ts) {
        throw new ZoneIsAbstractError();
      }
      /**
       * Return whether this Zone is equal to another zone
       * @abstract
       * @param {Zone} otherZone - the zone to compare
       * @return {boolean}
       */
      equals(otherZone) {
        throw new ZoneIsAbstractError();
      }
      /**
       * Return whether this Zone is valid.
       * @abstract
       * @type {boolean}
       */
      get isValid() {
        throw new ZoneIsAbstractError();
      }
    };
    var singleton$1 = null;
    var SystemZone = class _SystemZone extends Zone {
      /**
       * Get a singleton instance of the local zone
       * @return {SystemZone}
       */
      static get instance() {
        if (singleton$1 === null) {
          singleton$1 = new _SystemZone();
        }
        return singleton$1;
      }
      /** @override **/
      get type() {
        return "system";
      }
      /** @override **/
      get name() {
        return new Intl.DateTimeFormat().resolvedOptions().timeZone;
      }
      /** @override **/
      get isUniversal() {
        return false;
      }
      /** @override **/
      offsetName(ts, {
        format,
        locale
      }) {
        return parseZoneInfo(ts, format, locale);
      }
      /** @override **/
      formatOffset(ts, format) {
        return formatOffset(this.offset(ts), format);
      }
      /** @override **/
      offset(ts) {
        return -new Date(ts).getTimezoneOffset();
      }
      /** @override **/
      equals(otherZone) {
        return otherZone.type === "system";
      }
      /** @override **/
      get isValid() {
        return true;
      }
    };
    var dtfCache = /* @__PURE__ */ new Map();
    function makeDTF(zoneName) {
      let dtf = dtfCache.get(zoneName);
      if (dtf === void 0) {
        dtf = new Intl.DateTimeFormat("en-US", {
          hour12: false,
          timeZone: zoneName,
          year: "numeric",
          month: "2-digit",
          day: "2-digit",
          hour: "2-digit",
          minute: "2-digit",
          second: "2-digit",
          era: "short"
        });
        dtfCache.set(zoneName, dtf);
      }
      return dtf;
    }
    var typeToPos = {
      year: 0,
      month: 1,
      day: 2,
      era: 3,
      hour: 4,
      minute: 5,
      second: 6
    };
    function hackyOffset(dtf, date) {
      const formatted2 = dtf.format(date).replace(/\u200E/g, ""), parsed = /(\d+)\/(\d+)\/(\d+) (AD|BC),? (\d+):(\d+):(\d+)/.exec(formatted2), [, fMonth, fDay, fYear, fadOrBc, fHour, fMinute, fSecond] = parsed;
      return [fYear, fMonth, fDay, fadOrBc, fHour, fMinute, fSecond];
    }
    function partsOffset(dtf, date) {
      const formatted2 = dtf.formatToParts(date);
      const filled = [];
      for (let i = 0; i < formatted2.length; i++) {
        const {
          type,
          value
        } = formatted2[i];
        const pos = typeToPos[type];
        if (type === "era") {
          filled[pos] = value;
        } else if (!isUndefined(pos)) {
          filled[pos] = parseInt(value, 10);
        }
      }
      return filled;
    }
    var ianaZoneCache = /* @__PURE__ */ new Map();
    var IANAZone = class _IANAZone extends Zone {
      /**
       * @param {string} name - Zone name
       * @return {IANAZone}
       */
      static create(name) {
        let zone = ianaZoneCache.get(name);
        if (zone === void 0) {
          ianaZoneCache.set(name, zone = new _IANAZone(name));
        }
        return zone;
      }
      /**
       * Reset local caches. Should only be necessary in testing scenarios.
       * @return {void}
       */
      static resetCache() {
        ianaZoneCache.clear();
        dtfCache.clear();
      }
      /**
       * Returns whether the provided string is a valid specifier. This only checks the string's format, not that the specifier identifies a known zone; see isValidZone for that.
       * @param {string} s - The string to check validity on
       * @example IANAZone.isValidSpecifier("America/New_York") //=> true
       * @example IANAZone.isValidSpecifier("Sport~~blorp") //=> false
       * @deprecated For backward compatibility, this forwards to isValidZone, better use `isValidZone()` directly instead.
       * @return {boolean}
       */
      static isValidSpecifier(s2) {
        return this.isValidZone(s2);
      }
      /**
       * Returns whether the provided string identifies a real zone
       * @param {string} zone - The string to check
       * @example IANAZone.isValidZone("America/New_York") //=> true
       * @example IANAZone.isValidZone("Fantasia/Castle") //=> false
       * @example IANAZone.isValidZone("Sport~~blorp") //=> false
       * @return {boolean}
       */
      static isValidZone(zone) {
        if (!zone) {
          return false;
        }
        try {
          new Intl.DateTimeFormat("en-US", {
            timeZone: zone
          }).format();
          return true;
        } catch (e) {
          return false;
        }
      }
      constructor(name) {
        super();
        this.zoneName = name;
        this.valid = _IANAZone.isValidZone(name);
      }
      /**
       * The type of zone. `iana` for all instances of `IANAZone`.
       * @override
       * @type {string}
       */
      get type() {
        return "iana";
      }
      /**
       * The name of this zone (i.e. the IANA zone name).
       * @override
       * @type {string}
       */
      get name() {
        return this.zoneName;
      }
      /**
       * Returns whether the offset is known to be fixed for the whole year:
       * Always returns false for all IANA zones.
       * @override
       * @type {boolean}
       */
      get isUniversal() {
        return false;
      }
      /**
       * Returns the offset's common name (such as EST) at the specified timestamp
       * @override
       * @param {number} ts - Epoch milliseconds for which to get the name
       * @param {Object} opts - Options to affect the format
       * @param {string} opts.format - What style of offset to return. Accepts 'long' or 'short'.
       * @param {string} opts.locale - What locale to return the offset name in.
       * @return {string}
       */
      offsetName(ts, {
        format,
        locale
      }) {
        return parseZoneInfo(ts, format, locale, this.name);
      }
      /**
       * Returns the offset's value as a string
       * @override
       * @param {number} ts - Epoch milliseconds for which to get the offset
       * @param {string} format - What style of offset to return.
       *                          Accepts 'narrow', 'short', or 'techie'. Returning '+6', '+06:00', or '+0600' respectively
       * @return {string}
       */
      formatOffset(ts, format) {
        return formatOffset(this.offset(ts), format);
      }
      /**
       * Return the offset in minutes for this zone at the specified timestamp.
       * @override
       * @param {number} ts - Epoch milliseconds for which to compute the offset
       * @return {number}
       */
      offset(ts) {
        if (!this.valid) return NaN;
        const date = new Date(ts);
        if (isNaN(date)) return NaN;
        const dtf = makeDTF(this.name);
        let [year, month, day, adOrBc, hour, minute, second] = dtf.formatToParts ? partsOffset(dtf, date) : hackyOffset(dtf, date);
        if (adOrBc === "BC") {
          year = -Math.abs(year) + 1;
        }
        const adjustedHour = hour === 24 ? 0 : hour;
        const asUTC = objToLocalTS({
          year,
          month,
          day,
          hour: adjustedHour,
          minute,
          second,
          millisecond: 0
        });
        let asTS = +date;
        const over = asTS % 1e3;
        asTS -= over >= 0 ? over : 1e3 + over;
        return (asUTC - asTS) / (60 * 1e3);
      }
      /**
       * Return whether this Zone is equal to another zone
       * @override
       * @param {Zone} otherZone - the zone to compare
       * @return {boolean}
       */
      equals(otherZone) {
        return otherZone.type === "iana" && otherZone.name === this.name;
      }
      /**
       * Return whether this Zone is valid.
       * @override
       * @type {boolean}
       */
      get isValid() {
        return this.valid;
      }
    };
    var intlLFCache = {};
    function getCachedLF(locString, opts = {}) {
      const key = JSON.stringify([locString, opts]);
      let dtf = intlLFCache[key];
      if (!dtf) {
        dtf = new Intl.ListFormat(locString, opts);
        intlLFCache[key] = dtf;
      }
      return dtf;
    }
    var intlDTCache = /* @__PURE__ */ new Map();
    function getCachedDTF(locString, opts = {}) {
      const key = JSON.stringify([locString, opts]);
      let dtf = intlDTCache.get(key);
      if (dtf === void 0) {
        dtf = new Intl.DateTimeFormat(locString, opts);
        intlDTCache.set(key, dtf);
      }
      return dtf;
    }
    var intlNumCache = /* @__PURE__ */ new Map();
    function getCachedINF(locString, opts = {}) {
      const key = JSON.stringify([locString, opts]);
      let inf = intlNumCache.get(key);
      if (inf === void 0) {
        inf = new Intl.NumberFormat(locString, opts);
        intlNumCache.set(key, inf);
      }
      return inf;
    }
    var intlRelCache = /* @__PURE__ */ new Map();
    function getCachedRTF(locString, opts = {}) {
      const {
        base,
        ...cacheKeyOpts
      } = opts;
      const key = JSON.stringify([locString, cacheKeyOpts]);
      let inf = intlRelCache.get(key);
      if (inf === void 0) {
        inf = new Intl.RelativeTimeFormat(locString, opts);
        intlRelCache.set(key, inf);
      }
      return inf;
    }
    var sysLocaleCache = null;
    function systemLocale() {
      if (sysLocaleCache) {
        return sysLocaleCache;
      } else {
        sysLocaleCache = new Intl.DateTimeFormat().resolvedOptions().locale;
        return sysLocaleCache;
      }
    }
    var intlResolvedOptionsCache = /* @__PURE__ */ new Map();
    function getCachedIntResolvedOptions(locString) {
      let opts = intlResolvedOptionsCache.get(locString);
      if (opts === void 0) {
        opts = new Intl.DateTimeFormat(locString).resolvedOptions();
        intlResolvedOptionsCache.set(locString, opts);
      }
      return opts;
    }
    var weekInfoCache = /* @__PURE__ */ new Map();
    function getCachedWeekInfo(locString) {
      let data = weekInfoCache.get(locString);
      if (!data) {
        const locale = new Intl.Locale(locString);
        data = "getWeekInfo" in locale ? locale.getWeekInfo() : locale.weekInfo;
        if (!("minimalDays" in data)) {
          data = {
            ...fallbackWeekSettings,
            ...data
          };
        }
        weekInfoCache.set(locString, data);
      }
      return data;
    }
    function parseLocaleString(localeStr) {
      const xIndex = localeStr.indexOf("-x-");
      if (xIndex !== -1) {
        localeStr = localeStr.substring(0, xIndex);
      }
      const uIndex = localeStr.indexOf("-u-");
      if (uIndex === -1) {
        return [localeStr];
      } else {
        let options;
        let selectedStr;
        try {
          options = getCachedDTF(localeStr).resolvedOptions();
          selectedStr = localeStr;
        } catch (e) {
          const smaller = localeStr.substring(0, uIndex);
          options = getCachedDTF(smaller).resolvedOptions();
          selectedStr = smaller;
        }
        const {
          numberingSystem,
          calendar
        } = options;
        return [selectedStr, numberingSystem, calendar];
      }
    }
    function intlConfigString(localeStr, numberingSystem, outputCalendar) {
      if (outputCalendar || numberingSystem) {
        if (!localeStr.includes("-u-")) {
          localeStr += "-u";
        }
        if (outputCalendar) {
          localeStr += `-ca-${outputCalendar}`;
        }
        if (numberingSystem) {
          localeStr += `-nu-${numberingSystem}`;
        }
        return localeStr;
      } else {
        return localeStr;
      }
    }
    function mapMonths(f) {
      const ms = [];
      for (let i = 1; i <= 12; i++) {
        const dt = DateTime.utc(2009, i, 1);
        ms.push(f(dt));
      }
      return ms;
    }
    function mapWeekdays(f) {
      const ms = [];
      for (let i = 1; i <= 7; i++) {
        const dt = DateTime.utc(2016, 11, 13 + i);
        ms.push(f(dt));
      }
      return ms;
    }
    function listStuff(loc, length, englishFn, intlFn) {
      const mode = loc.listingMode();
      if (mode === "error") {
        return null;
      } else if (mode === "en") {
        return englishFn(length);
      } else {
        return intlFn(length);
      }
    }
    function supportsFastNumbers(loc) {
      if (loc.numberingSystem && loc.numberingSystem !== "latn") {
        return false;
      } else {
        return loc.numberingSystem === "latn" || !loc.locale || loc.locale.startsWith("en") || getCachedIntResolvedOptions(loc.locale).numberingSystem === "latn";
      }
    }
    var PolyNumberFormatter = class {
      constructor(intl, forceSimple, opts) {
        this.padTo = opts.padTo || 0;
        this.floor = opts.floor || false;
        const {
          padTo,
          floor,
          ...otherOpts
        } = opts;
        if (!forceSimple || Object.keys(otherOpts).length > 0) {
          const intlOpts = {
            useGrouping: false,
            ...opts
          };
          if (opts.padTo > 0) intlOpts.minimumIntegerDigits = opts.padTo;
          this.inf = getCachedINF(intl, intlOpts);
        }
      }
      format(i) {
        if (this.inf) {
          const fixed = this.floor ? Math.floor(i) : i;
          return this.inf.format(fixed);
        } else {
          const fixed = this.floor ? Math.floor(i) : roundTo(i, 3);
          return padStart(fixed, this.padTo);
        }
      }
    };
    var PolyDateFormatter = class {
      constructor(dt, intl, opts) {
        this.opts = opts;
        this.originalZone = void 0;
        let z5 = void 0;
        if (this.opts.timeZone) {
          this.dt = dt;
        } else if (dt.zone.type === "fixed") {
          const gmtOffset = -1 * (dt.offset / 60);
          const offsetZ = gmtOffset >= 0 ? `Etc/GMT+${gmtOffset}` : `Etc/GMT${gmtOffset}`;
          if (dt.offset !== 0 && IANAZone.create(offsetZ).valid) {
            z5 = offsetZ;
            this.dt = dt;
          } else {
            z5 = "UTC";
            this.dt = dt.offset === 0 ? dt : dt.setZone("UTC").plus({
              minutes: dt.offset
            });
            this.originalZone = dt.zone;
          }
        } else if (dt.zone.type === "system") {
          this.dt = dt;
        } else if (dt.zone.type === "iana") {
          this.dt = dt;
          z5 = dt.zone.name;
        } else {
          z5 = "UTC";
          this.dt = dt.setZone("UTC").plus({
            minutes: dt.offset
          });
          this.originalZone = dt.zone;
        }
        const intlOpts = {
          ...this.opts
        };
        intlOpts.timeZone = intlOpts.timeZone || z5;
        this.dtf = getCachedDTF(intl, intlOpts);
      }
      format() {
        if (this.originalZone) {
          return this.formatToParts().map(({
            value
          }) => value).join("");
        }
        return this.dtf.format(this.dt.toJSDate());
      }
      formatToParts() {
        const parts = this.dtf.formatToParts(this.dt.toJSDate());
        if (this.originalZone) {
          return parts.map((part) => {
            if (part.type === "timeZoneName") {
              const offsetName = this.originalZone.offsetName(this.dt.ts, {
                locale: this.dt.locale,
                format: this.opts.timeZoneName
              });
              return {
                ...part,
                value: offsetName
              };
            } else {
              return part;
            }
          });
        }
        return parts;
      }
      resolvedOptions() {
        return this.dtf.resolvedOptions();
      }
    };
    var PolyRelFormatter = class {
      constructor(intl, isEnglish, opts) {
        this.opts = {
          style: "long",
          ...opts
        };
        if (!isEnglish && hasRelative()) {
          this.rtf = getCachedRTF(intl, opts);
        }
      }
      format(count, unit) {
        if (this.rtf) {
          return this.rtf.format(count, unit);
        } else {
          return formatRelativeTime(unit, count, this.opts.numeric, this.opts.style !== "long");
        }
      }
      formatToParts(count, unit) {
        if (this.rtf) {
          return this.rtf.formatToParts(count, unit);
        } else {
          return [];
        }
      }
    };
    var fallbackWeekSettings = {
      firstDay: 1,
      minimalDays: 4,
      weekend: [6, 7]
    };
    var Locale = class _Locale {
      static fromOpts(opts) {
        return _Locale.create(opts.locale, opts.numberingSystem, opts.outputCalendar, opts.weekSettings, opts.defaultToEN);
      }
      static create(locale, numberingSystem, outputCalendar, weekSettings, defaultToEN = false) {
        const specifiedLocale = locale || Settings.defaultLocale;
        const localeR = specifiedLocale || (defaultToEN ? "en-US" : systemLocale());
        const numberingSystemR = numberingSystem || Settings.defaultNumberingSystem;
        const outputCalendarR = outputCalendar || Settings.defaultOutputCalendar;
        const weekSettingsR = validateWeekSettings(weekSettings) || Settings.defaultWeekSettings;
        return new _Locale(localeR, numberingSystemR, outputCalendarR, weekSettingsR, specifiedLocale);
      }
      static resetCache() {
        sysLocaleCache = null;
        intlDTCache.clear();
        intlNumCache.clear();
        intlRelCache.clear();
        intlResolvedOptionsCache.clear();
        weekInfoCache.clear();
      }
      static fromObject({
        locale,
        numberingSystem,
        outputCalendar,
        weekSettings
      } = {}) {
        return _Locale.create(locale, numberingSystem, outputCalendar, weekSettings);
      }
      constructor(locale, numbering, outputCalendar, weekSettings, specifiedLocale) {
        const [parsedLocale, parsedNumberingSystem, parsedOutputCalendar] = parseLocaleString(locale);
        this.locale = parsedLocale;
        this.numberingSystem = numbering || parsedNumberingSystem || null;
        this.outputCalendar = outputCalendar || parsedOutputCalendar || null;
        this.weekSettings = weekSettings;
        this.intl = intlConfigString(this.locale, this.numberingSystem, this.outputCalendar);
        this.weekdaysCache = {
          format: {},
          standalone: {}
        };
        this.monthsCache = {
          format: {},
          standalone: {}
        };
        this.meridiemCache = null;
        this.eraCache = {};
        this.specifiedLocale = specifiedLocale;
        this.fastNumbersCached = null;
      }
      get fastNumbers() {
        if (this.fastNumbersCached == null) {
          this.fastNumbersCached = supportsFastNumbers(this);
        }
        return this.fastNumbersCached;
      }
      listingMode() {
        const isActuallyEn = this.isEnglish();
        const hasNoWeirdness = (this.numberingSystem === null || this.numberingSystem === "latn") && (this.outputCalendar === null || this.outputCalendar === "gregory");
        return isActuallyEn && hasNoWeirdness ? "en" : "intl";
      }
      clone(alts) {
        if (!alts || Object.getOwnPropertyNames(alts).length === 0) {
          return this;
        } else {
          return _Locale.create(alts.locale || this.specifiedLocale, alts.numberingSystem || this.numberingSystem, alts.outputCalendar || this.outputCalendar, validateWeekSettings(alts.weekSettings) || this.weekSettings, alts.defaultToEN || false);
        }
      }
      redefaultToEN(alts = {}) {
        return this.clone({
          ...alts,
          defaultToEN: true
        });
      }
      redefaultToSystem(alts = {}) {
        return this.clone({
          ...alts,
          defaultToEN: false
        });
      }
      months(length, format = false) {
        return listStuff(this, length, months, () => {
          const monthSpecialCase = this.intl === "ja" || this.intl.startsWith("ja-");
          format &= !monthSpecialCase;
          const intl = format ? {
            month: length,
            day: "numeric"
          } : {
            month: length
          }, formatStr = format ? "format" : "standalone";
          if (!this.monthsCache[formatStr][length]) {
            const mapper = !monthSpecialCase ? (dt) => this.extract(dt, intl, "month") : (dt) => this.dtFormatter(dt, intl).format();
            this.monthsCache[formatStr][length] = mapMonths(mapper);
          }
          return this.monthsCache[formatStr][length];
        });
      }
      weekdays(length, format = false) {
        return listStuff(this, length, weekdays, () => {
          const intl = format ? {
            weekday: length,
            year: "numeric",
            month: "long",
            day: "numeric"
          } : {
            weekday: length
          }, formatStr = format ? "format" : "standalone";
          if (!this.weekdaysCache[formatStr][length]) {
            this.weekdaysCache[formatStr][length] = mapWeekdays((dt) => this.extract(dt, intl, "weekday"));
          }
          return this.weekdaysCache[formatStr][length];
        });
      }
      meridiems() {
        return listStuff(this, void 0, () => meridiems, () => {
          if (!this.meridiemCache) {
            const intl = {
              hour: "numeric",
              hourCycle: "h12"
            };
            this.meridiemCache = [DateTime.utc(2016, 11, 13, 9), DateTime.utc(2016, 11, 13, 19)].map((dt) => this.extract(dt, intl, "dayperiod"));
          }
          return this.meridiemCache;
        });
      }
      eras(length) {
        return listStuff(this, length, eras, () => {
          const intl = {
            era: length
          };
          if (!this.eraCache[length]) {
            this.eraCache[length] = [DateTime.utc(-40, 1, 1), DateTime.utc(2017, 1, 1)].map((dt) => this.extract(dt, intl, "era"));
          }
          return this.eraCache[length];
        });
      }
      extract(dt, intlOpts, field) {
        const df = this.dtFormatter(dt, intlOpts), results = df.formatToParts(), matching = results.find((m) => m.type.toLowerCase() === field);
        return matching ? matching.value : null;
      }
      numberFormatter(opts = {}) {
        return new PolyNumberFormatter(this.intl, opts.forceSimple || this.fastNumbers, opts);
      }
      dtFormatter(dt, intlOpts = {}) {
        return new PolyDateFormatter(dt, this.intl, intlOpts);
      }
      relFormatter(opts = {}) {
        return new PolyRelFormatter(this.intl, this.isEnglish(), opts);
      }
      listFormatter(opts = {}) {
        return getCachedLF(this.intl, opts);
      }
      isEnglish() {
        return this.locale === "en" || this.locale.toLowerCase() === "en-us" || getCachedIntResolvedOptions(this.intl).locale.startsWith("en-us");
      }
      getWeekSettings() {
        if (this.weekSettings) {
          return this.weekSettings;
        } else if (!hasLocaleWeekInfo()) {
          return fallbackWeekSettings;
        } else {
          return getCachedWeekInfo(this.locale);
        }
      }
      getStartOfWeek() {
        return this.getWeekSettings().firstDay;
      }
      getMinDaysInFirstWeek() {
        return this.getWeekSettings().minimalDays;
      }
      getWeekendDays() {
        return this.getWeekSettings().weekend;
      }
      equals(other) {
        return this.locale === other.locale && this.numberingSystem === other.numberingSystem && this.outputCalendar === other.outputCalendar;
      }
      toString() {
        return `Locale(${this.locale}, ${this.numberingSystem}, ${this.outputCalendar})`;
      }
    };
    var singleton = null;
    var FixedOffsetZone = class _FixedOffsetZone extends Zone {
      /**
       * Get a singleton instance of UTC
       * @return {FixedOffsetZone}
       */
      static get utcInstance() {
        if (singleton === null) {
          singleton = new _FixedOffsetZone(0);
        }
        return singleton;
      }
      /**
       * Get an instance with a specified offset
       * @param {number} offset - The offset in minutes
       * @return {FixedOffsetZone}
       */
      static instance(offset2) {
        return offset2 === 0 ? _FixedOffsetZone.utcInstance : new _FixedOffsetZone(offset2);
      }
      /**
       * Get an instance of FixedOffsetZone from a UTC offset string, like "UTC+6"
       * @param {string} s - The offset string to parse
       * @example FixedOffsetZone.parseSpecifier("UTC+6")
       * @example FixedOffsetZone.parseSpecifier("UTC+06")
       * @example FixedOffsetZone.parseSpecifier("UTC-6:00")
       * @return {FixedOffsetZone}
       */
      static parseSpecifier(s2) {
        if (s2) {
          const r = s2.match(/^utc(?:([+-]\d{1,2})(?::(\d{2}))?)?$/i);
          if (r) {
            return new _FixedOffsetZone(signedOffset(r[1], r[2]));
          }
        }
        return null;
      }
      constructor(offset2) {
        super();
        this.fixed = offset2;
      }
      /**
       * The type of zone. `fixed` for all instances of `FixedOffsetZone`.
       * @override
       * @type {string}
       */
      get type() {
        return "fixed";
      }
      /**
       * The name of this zone.
       * All fixed zones' names always start with "UTC" (plus optional offset)
       * @override
       * @type {string}
       */
      get name() {
        return this.fixed === 0 ? "UTC" : `UTC${formatOffset(this.fixed, "narrow")}`;
      }
      /**
       * The IANA name of this zone, i.e. `Etc/UTC` or `Etc/GMT+/-nn`
       *
       * @override
       * @type {string}
       */
      get ianaName() {
        if (this.fixed === 0) {
          return "Etc/UTC";
        } else {
          return `Etc/GMT${formatOffset(-this.fixed, "narrow")}`;
        }
      }
      /**
       * Returns the offset's common name at the specified timestamp.
       *
       * For fixed offset zones this equals to the zone name.
       * @override
       */
      offsetName() {
        return this.name;
      }
      /**
       * Returns the offset's value as a string
       * @override
       * @param {number} ts - Epoch milliseconds for which to get the offset
       * @param {string} format - What style of offset to return.
       *                          Accepts 'narrow', 'short', or 'techie'. Returning '+6', '+06:00', or '+0600' respectively
       * @return {string}
       */
      formatOffset(ts, format) {
        return formatOffset(this.fixed, format);
      }
      /**
       * Returns whether the offset is known to be fixed for the whole year:
       * Always returns true for all fixed offset zones.
       * @override
       * @type {boolean}
       */
      get isUniversal() {
        return true;
      }
      /**
       * Return the offset in minutes for this zone at the specified timestamp.
       *
       * For fixed offset zones, this is constant and does not depend on a timestamp.
       * @override
       * @return {number}
       */
      offset() {
        return this.fixed;
      }
      /**
       * Return whether this Zone is equal to another zone (i.e. also fixed and same offset)
       * @override
       * @param {Zone} otherZone - the zone to compare
       * @return {boolean}
       */
      equals(otherZone) {
        return otherZone.type === "fixed" && otherZone.fixed === this.fixed;
      }
      /**
       * Return whether this Zone is valid:
       * All fixed offset zones are valid.
       * @override
       * @type {boolean}
       */
      get isValid() {
        return true;
      }
    };
    var InvalidZone = class extends Zone {
      constructor(zoneName) {
        super();
        this.zoneName = zoneName;
      }
      /** @override **/
      get type() {
        return "invalid";
      }
      /** @override **/
      get name() {
        return this.zoneName;
      }
      /** @override **/
      get isUniversal() {
        return false;
      }
      /** @override **/
      offsetName() {
        return null;
      }
      /** @override **/
      formatOffset() {
        return "";
      }
      /** @override **/
      offset() {
        return NaN;
      }
      /** @override **/
      equals() {
        return false;
      }
      /** @override **/
      get isValid() {
        return false;
      }
    };
    function normalizeZone(input, defaultZone2) {
      if (isUndefined(input) || input === null) {
        return defaultZone2;
      } else if (input instanceof Zone) {
        return input;
      } else if (isString(input)) {
        const lowered = input.toLowerCase();
        if (lowered === "default") return defaultZone2;
        else if (lowered === "local" || lowered === "system") return SystemZone.instance;
        else if (lowered === "utc" || lowered === "gmt") return FixedOffsetZone.utcInstance;
        else return FixedOffsetZone.parseSpecifier(lowered) || IANAZone.create(input);
      } else if (isNumber(input)) {
        return FixedOffsetZone.instance(input);
      } else if (typeof input === "object" && "offset" in input && typeof input.offset === "function") {
        return input;
      } else {
        return new InvalidZone(input);
      }
    }
    var numberingSystems = {
      arab: "[\u0660-\u0669]",
      arabext: "[\u06F0-\u06F9]",
      bali: "[\u1B50-\u1B59]",
      beng: "[\u09E6-\u09EF]",
      deva: "[\u0966-\u096F]",
      fullwide: "[\uFF10-\uFF19]",
      gujr: "[\u0AE6-\u0AEF]",
      hanidec: "[\u3007|\u4E00|\u4E8C|\u4E09|\u56DB|\u4E94|\u516D|\u4E03|\u516B|\u4E5D]",
      khmr: "[\u17E0-\u17E9]",
      knda: "[\u0CE6-\u0CEF]",
      laoo: "[\u0ED0-\u0ED9]",
      limb: "[\u1946-\u194F]",
      mlym: "[\u0D66-\u0D6F]",
      mong: "[\u1810-\u1819]",
      mymr: "[\u1040-\u1049]",
      orya: "[\u0B66-\u0B6F]",
      tamldec: "[\u0BE6-\u0BEF]",
      telu: "[\u0C66-\u0C6F]",
      thai: "[\u0E50-\u0E59]",
      tibt: "[\u0F20-\u0F29]",
      latn: "\\d"
    };
    var numberingSystemsUTF16 = {
      arab: [1632, 1641],
      arabext: [1776, 1785],
      bali: [6992, 7001],
      beng: [2534, 2543],
      deva: [2406, 2415],
      fullwide: [65296, 65303],
      gujr: [2790, 2799],
      khmr: [6112, 6121],
      knda: [3302, 3311],
      laoo: [3792, 3801],
      limb: [6470, 6479],
      mlym: [3430, 3439],
      mong: [6160, 6169],
      mymr: [4160, 4169],
      orya: [2918, 2927],
      tamldec: [3046, 3055],
      telu: [3174, 3183],
      thai: [3664, 3673],
      tibt: [3872, 3881]
    };
    var hanidecChars = numberingSystems.hanidec.replace(/[\[|\]]/g, "").split("");
    function parseDigits(str) {
      let value = parseInt(str, 10);
      if (isNaN(value)) {
        value = "";
        for (let i = 0; i < str.length; i++) {
          const code = str.charCodeAt(i);
          if (str[i].search(numberingSystems.hanidec) !== -1) {
            value += hanidecChars.indexOf(str[i]);
          } else {
            for (const key in numberingSystemsUTF16) {
              const [min, max] = numberingSystemsUTF16[key];
              if (code >= min && code <= max) {
                value += code - min;
              }
            }
          }
        }
        return parseInt(value, 10);
      } else {
        return value;
      }
    }
    var digitRegexCache = /* @__PURE__ */ new Map();
    function resetDigitRegexCache() {
      digitRegexCache.clear();
    }
    function digitRegex({
      numberingSystem
    }, append = "") {
      const ns = numberingSystem || "latn";
      let appendCache = digitRegexCache.get(ns);
      if (appendCache === void 0) {
        appendCache = /* @__PURE__ */ new Map();
        digitRegexCache.set(ns, appendCache);
      }
      let regex = appendCache.get(append);
      if (regex === void 0) {
        regex = new RegExp(`${numberingSystems[ns]}${append}`);
        appendCache.set(append, regex);
      }
      return regex;
    }
    var now = () => Date.now();
    var defaultZone = "system";
    var defaultLocale = null;
    var defaultNumberingSystem = null;
    var defaultOutputCalendar = null;
    var twoDigitCutoffYear = 60;
    var throwOnInvalid;
    var defaultWeekSettings = null;
    var Settings = class {
      /**
       * Get the callback for returning the current timestamp.
       * @type {function}
       */
      static get now() {
        return now;
      }
      /**
       * Set the callback for returning the current timestamp.
       * The function should return a number, which will be interpreted as an Epoch millisecond count
       * @type {function}
       * @example Settings.now = () => Date.now() + 3000 // pretend it is 3 seconds in the future
       * @example Settings.now = () => 0 // always pretend it's Jan 1, 1970 at midnight in UTC time
       */
      static set now(n2) {
        now = n2;
      }
      /**
       * Set the default time zone to create DateTimes in. Does not affect existing instances.
       * Use the value "system" to reset this value to the system's time zone.
       * @type {string}
       */
      static set defaultZone(zone) {
        defaultZone = zone;
      }
      /**
       * Get the default time zone object currently used to create DateTimes. Does not affect existing instances.
       * The default value is the system's time zone (the one set on the machine that runs this code).
       * @type {Zone}
       */
      static get defaultZone() {
        return normalizeZone(defaultZone, SystemZone.instance);
      }
      /**
       * Get the default locale to create DateTimes with. Does not affect existing instances.
       * @type {string}
       */
      static get defaultLocale() {
        return defaultLocale;
      }
      /**
       * Set the default locale to create DateTimes with. Does not affect existing instances.
       * @type {string}
       */
      static set defaultLocale(locale) {
        defaultLocale = locale;
      }
      /**
       * Get the default numbering system to create DateTimes with. Does not affect existing instances.
       * @type {string}
       */
      static get defaultNumberingSystem() {
        return defaultNumberingSystem;
      }
      /**
       * Set the default numbering system to create DateTimes with. Does not affect existing instances.
       * @type {string}
       */
      static set defaultNumberingSystem(numberingSystem) {
        defaultNumberingSystem = numberingSystem;
      }
      /**
       * Get the default output calendar to create DateTimes with. Does not affect existing instances.
       * @type {string}
       */
      static get defaultOutputCalendar() {
        return defaultOutputCalendar;
      }
      /**
       * Set the default output calendar to create DateTimes with. Does not affect existing instances.
       * @type {string}
       */
      static set defaultOutputCalendar(outputCalendar) {
        defaultOutputCalendar = outputCalendar;
      }
      /**
       * @typedef {Object} WeekSettings
       * @property {number} firstDay
       * @property {number} minimalDays
       * @property {number[]} weekend
       */
      /**
       * @return {WeekSettings|null}
       */
      static get defaultWeekSettings() {
        return defaultWeekSettings;
      }
      /**
       * Allows overriding the default locale week settings, i.e. the start of the week, the weekend and
       * how many days are required in the first week of a year.
       * Does not affect existing instances.
       *
       * @param {WeekSettings|null} weekSettings
       */
      static set defaultWeekSettings(weekSettings) {
        defaultWeekSettings = validateWeekSettings(weekSettings);
      }
      /**
       * Get the cutoff year for whether a 2-digit year string is interpreted in the current or previous century. Numbers higher than the cutoff will be considered to mean 19xx and numbers lower or equal to the cutoff will be considered 20xx.
       * @type {number}
       */
      static get twoDigitCutoffYear() {
        return twoDigitCutoffYear;
      }
      /**
       * Set the cutoff year for whether a 2-digit year string is interpreted in the current or previous century. Numbers higher than the cutoff will be considered to mean 19xx and numbers lower or equal to the cutoff will be considered 20xx.
       * @type {number}
       * @example Settings.twoDigitCutoffYear = 0 // all 'yy' are interpreted as 20th century
       * @example Settings.twoDigitCutoffYear = 99 // all 'yy' are interpreted as 21st century
       * @example Settings.twoDigitCutoffYear = 50 // '49' -> 2049; '50' -> 1950
       * @example Settings.twoDigitCutoffYear = 1950 // interpreted as 50
       * @example Settings.twoDigitCutoffYear = 2050 // ALSO interpreted as 50
       */
      static set twoDigitCutoffYear(cutoffYear) {
        twoDigitCutoffYear = cutoffYear % 100;
      }
      /**
       * Get whether Luxon will throw when it encounters invalid DateTimes, Durations, or Intervals
       * @type {boolean}
       */
      static get throwOnInvalid() {
        return throwOnInvalid;
      }
      /**
       * Set whether Luxon will throw when it encounters invalid DateTimes, Durations, or Intervals
       * @type {boolean}
       */
      static set throwOnInvalid(t) {
        throwOnInvalid = t;
      }
      /**
       * Reset Luxon's global caches. Should only be necessary in testing scenarios.
       * @return {void}
       */
      static resetCaches() {
        Locale.resetCache();
        IANAZone.resetCache();
        DateTime.resetCache();
        resetDigitRegexCache();
      }
    };
    var Invalid = class {
      constructor(reason, explanation) {
        this.reason = reason;
        this.explanation = explanation;
      }
      toMessage() {
        if (this.explanation) {
          return `${this.reason}: ${this.explanation}`;
        } else {
          return this.reason;
        }
      }
    };
    var nonLeapLadder = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    var leapLadder = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335];
    function unitOutOfRange(unit, value) {
      return new Invalid("unit out of range", `you specified ${value} (of type ${typeof value}) as a ${unit}, which is invalid`);
    }
    function dayOfWeek(year, month, day) {
      const d = new Date(Date.UTC(year, month - 1, day));
      if (year < 100 && year >= 0) {
        d.setUTCFullYear(d.getUTCFullYear() - 1900);
      }
      const js = d.getUTCDay();
      return js === 0 ? 7 : js;
    }
    function computeOrdinal(year, month, day) {
      return day + (isLeapYear(year) ? leapLadder : nonLeapLadder)[month - 1];
    }
    function uncomputeOrdinal(year, ordinal) {
      const table = isLeapYear(year) ? leapLadder : nonLeapLadder, month0 = table.findIndex((i) => i < ordinal), day = ordinal - table[month0];
      return {
        month: month0 + 1,
        day
      };
    }
    function isoWeekdayToLocal(isoWeekday, startOfWeek) {
      return (isoWeekday - startOfWeek + 7) % 7 + 1;
    }
    function gregorianToWeek(gregObj, minDaysInFirstWeek = 4, startOfWeek = 1) {
      const {
        year,
        month,
        day
      } = gregObj, ordinal = computeOrdinal(year, month, day), weekday = isoWeekdayToLocal(dayOfWeek(year, month, day), startOfWeek);
      let weekNumber = Math.floor((ordinal - weekday + 14 - minDaysInFirstWeek) / 7), weekYear;
      if (weekNumber < 1) {
        weekYear = year - 1;
        weekNumber = weeksInWeekYear(weekYear, minDaysInFirstWeek, startOfWeek);
      } else if (weekNumber > weeksInWeekYear(year, minDaysInFirstWeek, startOfWeek)) {
        weekYear = year + 1;
        weekNumber = 1;
      } else {
        weekYear = year;
      }
      return {
        weekYear,
        weekNumber,
        weekday,
        ...timeObject(gregObj)
      };
    }
    function weekToGregorian(weekData, minDaysInFirstWeek = 4, startOfWeek = 1) {
      const {
        weekYear,
        weekNumber,
        weekday
      } = weekData, weekdayOfJan4 = isoWeekdayToLocal(dayOfWeek(weekYear, 1, minDaysInFirstWeek), startOfWeek), yearInDays = daysInYear(weekYear);
      let ordinal = weekNumber * 7 + weekday - weekdayOfJan4 - 7 + minDaysInFirstWeek, year;
      if (ordinal < 1) {
        year = weekYear - 1;
        ordinal += daysInYear(year);
      } else if (ordinal > yearInDays) {
        year = weekYear + 1;
        ordinal -= daysInYear(weekYear);
      } else {
        year = weekYear;
      }
      const {
        month,
        day
      } = uncomputeOrdinal(year, ordinal);
      return {
        year,
        month,
        day,
        ...timeObject(weekData)
      };
    }
    function gregorianToOrdinal(gregData) {
      const {
        year,
        month,
        day
      } = gregData;
      const ordinal = computeOrdinal(year, month, day);
      return {
        year,
        ordinal,
        ...timeObject(gregData)
      };
    }
    function ordinalToGregorian(ordinalData) {
      const {
        year,
        ordinal
      } = ordinalData;
      const {
        month,
        day
      } = uncomputeOrdinal(year, ordinal);
      return {
        year,
        month,
        day,
        ...timeObject(ordinalData)
      };
    }
    function usesLocalWeekValues(obj, loc) {
      const hasLocaleWeekData = !isUndefined(obj.localWeekday) || !isUndefined(obj.localWeekNumber) || !isUndefined(obj.localWeekYear);
      if (hasLocaleWeekData) {
        const hasIsoWeekData = !isUndefined(obj.weekday) || !isUndefined(obj.weekNumber) || !isUndefined(obj.weekYear);
        if (hasIsoWeekData) {
          throw new ConflictingSpecificationError("Cannot mix locale-based week fields with ISO-based week fields");
        }
        if (!isUndefined(obj.localWeekday)) obj.weekday = obj.localWeekday;
        if (!isUndefined(obj.localWeekNumber)) obj.weekNumber = obj.localWeekNumber;
        if (!isUndefined(obj.localWeekYear)) obj.weekYear = obj.localWeekYear;
        delete obj.localWeekday;
        delete obj.localWeekNumber;
        delete obj.localWeekYear;
        return {
          minDaysInFirstWeek: loc.getMinDaysInFirstWeek(),
          startOfWeek: loc.getStartOfWeek()
        };
      } else {
        return {
          minDaysInFirstWeek: 4,
          startOfWeek: 1
        };
      }
    }
    function hasInvalidWeekData(obj, minDaysInFirstWeek = 4, startOfWeek = 1) {
      const validYear = isInteger(obj.weekYear), validWeek = integerBetween(obj.weekNumber, 1, weeksInWeekYear(obj.weekYear, minDaysInFirstWeek, startOfWeek)), validWeekday = integerBetween(obj.weekday, 1, 7);
      if (!validYear) {
        return unitOutOfRange("weekYear", obj.weekYear);
      } else if (!validWeek) {
        return unitOutOfRange("week", obj.weekNumber);
      } else if (!validWeekday) {
        return unitOutOfRange("weekday", obj.weekday);
      } else return false;
    }
    function hasInvalidOrdinalData(obj) {
      const validYear = isInteger(obj.year), validOrdinal = integerBetween(obj.ordinal, 1, daysInYear(obj.year));
      if (!validYear) {
        return unitOutOfRange("year", obj.year);
      } else if (!validOrdinal) {
        return unitOutOfRange("ordinal", obj.ordinal);
      } else return false;
    }
    function hasInvalidGregorianData(obj) {
      const validYear = isInteger(obj.year), validMonth = integerBetween(obj.month, 1, 12), validDay = integerBetween(obj.day, 1, daysInMonth(obj.year, obj.month));
      if (!validYear) {
        return unitOutOfRange("year", obj.year);
      } else if (!validMonth) {
        return unitOutOfRange("month", obj.month);
      } else if (!validDay) {
        return unitOutOfRange("day", obj.day);
      } else return false;
    }
    function hasInvalidTimeData(obj) {
      const {
        hour,
        minute,
        second,
        millisecond
      } = obj;
      const validHour = integerBetween(hour, 0, 23) || hour === 24 && minute === 0 && second === 0 && millisecond === 0, validMinute = integerBetween(minute, 0, 59), validSecond = integerBetween(second, 0, 59), validMillisecond = integerBetween(millisecond, 0, 999);
      if (!validHour) {
        return unitOutOfRange("hour", hour);
      } else if (!validMinute) {
        return unitOutOfRange("minute", minute);
      } else if (!validSecond) {
        return unitOutOfRange("second", second);
      } else if (!validMillisecond) {
        return unitOutOfRange("millisecond", millisecond);
      } else return false;
    }
    function isUndefined(o) {
      return typeof o === "undefined";
    }
    function isNumber(o) {
      return typeof o === "number";
    }
    function isInteger(o) {
      return typeof o === "number" && o % 1 === 0;
    }
    function isString(o) {
      return typeof o === "string";
    }
    function isDate(o) {
      return Object.prototype.toString.call(o) === "[object Date]";
    }
    function hasRelative() {
      try {
        return typeof Intl !== "undefined" && !!Intl.RelativeTimeFormat;
      } catch (e) {
        return false;
      }
    }
    function hasLocaleWeekInfo() {
      try {
        return typeof Intl !== "undefined" && !!Intl.Locale && ("weekInfo" in Intl.Locale.prototype || "getWeekInfo" in Intl.Locale.prototype);
      } catch (e) {
        return false;
      }
    }
    function maybeArray(thing) {
      return Array.isArray(thing) ? thing : [thing];
    }
    function bestBy(arr, by, compare) {
      if (arr.length === 0) {
        return void 0;
      }
      return arr.reduce((best, next) => {
        const pair = [by(next), next];
        if (!best) {
          return pair;
        } else if (compare(best[0], pair[0]) === best[0]) {
          return best;
        } else {
          return pair;
        }
      }, null)[1];
    }
    function pick(obj, keys) {
      return keys.reduce((a, k) => {
        a[k] = obj[k];
        return a;
      }, {});
    }
    function hasOwnProperty(obj, prop) {
      return Object.prototype.hasOwnProperty.call(obj, prop);
    }
    function validateWeekSettings(settings) {
      if (settings == null) {
        return null;
      } else if (typeof settings !== "object") {
        throw new InvalidArgumentError("Week settings must be an object");
      } else {
        if (!integerBetween(settings.firstDay, 1, 7) || !integerBetween(settings.minimalDays, 1, 7) || !Array.isArray(settings.weekend) || settings.weekend.some((v) => !integerBetween(v, 1, 7))) {
          throw new InvalidArgumentError("Invalid week settings");
        }
        return {
          firstDay: settings.firstDay,
          minimalDays: settings.minimalDays,
          weekend: Array.from(settings.weekend)
        };
      }
    }
    function integerBetween(thing, bottom, top) {
      return isInteger(thing) && thing >= bottom && thing <= top;
    }
    function floorMod(x, n2) {
      return x - n2 * Math.floor(x / n2);
    }
    function padStart(input, n2 = 2) {
      const isNeg = input < 0;
      let padded;
      if (isNeg) {
        padded = "-" + ("" + -input).padStart(n2, "0");
      } else {
        padded = ("" + input).padStart(n2, "0");
      }
      return padded;
    }
    function parseInteger(string) {
      if (isUndefined(string) || string === null || string === "") {
        return void 0;
      } else {
        return parseInt(string, 10);
      }
    }
    function parseFloating(string) {
      if (isUndefined(string) || string === null || string === "") {
        return void 0;
      } else {
        return parseFloat(string);
      }
    }
    function parseMillis(fraction) {
      if (isUndefined(fraction) || fraction === null || fraction === "") {
        return void 0;
      } else {
        const f = parseFloat("0." + fraction) * 1e3;
        return Math.floor(f);
      }
    }
    function roundTo(number, digits, rounding = "round") {
      const factor = 10 ** digits;
      switch (rounding) {
        case "expand":
          return number > 0 ? Math.ceil(number * factor) / factor : Math.floor(number * factor) / factor;
        case "trunc":
          return Math.trunc(number * factor) / factor;
        case "round":
          return Math.round(number * factor) / factor;
        case "floor":
          return Math.floor(number * factor) / factor;
        case "ceil":
          return Math.ceil(number * factor) / factor;
        default:
          throw new RangeError(`Value rounding ${rounding} is out of range`);
      }
    }
    function isLeapYear(year) {
      return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    }
    function daysInYear(year) {
      return isLeapYear(year) ? 366 : 365;
    }
    function daysInMonth(year, month) {
      const modMonth = floorMod(month - 1, 12) + 1, modYear = year + (month - modMonth) / 12;
      if (modMonth === 2) {
        return isLeapYear(modYear) ? 29 : 28;
      } else {
        return [31, null, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][modMonth - 1];
      }
    }
    function objToLocalTS(obj) {
      let d = Date.UTC(obj.year, obj.month - 1, obj.day, obj.hour, obj.minute, obj.second, obj.millisecond);
      if (obj.year < 100 && obj.year >= 0) {
        d = new Date(d);
        d.setUTCFullYear(obj.year, obj.month - 1, obj.day);
      }
      return +d;
    }
    function firstWeekOffset(year, minDaysInFirstWeek, startOfWeek) {
      const fwdlw = isoWeekdayToLocal(dayOfWeek(year, 1, minDaysInFirstWeek), startOfWeek);
      return -fwdlw + minDaysInFirstWeek - 1;
    }
    function weeksInWeekYear(weekYear, minDaysInFirstWeek = 4, startOfWeek = 1) {
      const weekOffset = firstWeekOffset(weekYear, minDaysInFirstWeek, startOfWeek);
      const weekOffsetNext = firstWeekOffset(weekYear + 1, minDaysInFirstWeek, startOfWeek);
      return (daysInYear(weekYear) - weekOffset + weekOffsetNext) / 7;
    }
    function untruncateYear(year) {
      if (year > 99) {
        return year;
      } else return year > Settings.twoDigitCutoffYear ? 1900 + year : 2e3 + year;
    }
    function parseZoneInfo(ts, offsetFormat, locale, timeZone = null) {
      const date = new Date(ts), intlOpts = {
        hourCycle: "h23",
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        minute: "2-digit"
      };
      if (timeZone) {
        intlOpts.timeZone = timeZone;
      }
      const modified = {
        timeZoneName: offsetFormat,
        ...intlOpts
      };
      const parsed = new Intl.DateTimeFormat(locale, modified).formatToParts(date).find((m) => m.type.toLowerCase() === "timezonename");
      return parsed ? parsed.value : null;
    }
    function signedOffset(offHourStr, offMinuteStr) {
      let offHour = parseInt(offHourStr, 10);
      if (Number.isNaN(offHour)) {
        offHour = 0;
      }
      const offMin = parseInt(offMinuteStr, 10) || 0, offMinSigned = offHour < 0 || Object.is(offHour, -0) ? -offMin : offMin;
      return offHour * 60 + offMinSigned;
    }
    function asNumber(value) {
      const numericValue = Number(value);
      if (typeof value === "boolean" || value === "" || !Number.isFinite(numericValue)) throw new InvalidArgumentError(`Invalid unit value ${value}`);
      return numericValue;
    }
    function normalizeObject(obj, normalizer) {
      const normalized = {};
      for (const u in obj) {
        if (hasOwnProperty(obj, u)) {
          const v = obj[u];
          if (v === void 0 || v === null) continue;
          normalized[normalizer(u)] = asNumber(v);
        }
      }
      return normalized;
    }
    function formatOffset(offset2, format) {
      const hours = Math.trunc(Math.abs(offset2 / 60)), minutes = Math.trunc(Math.abs(offset2 % 60)), sign = offset2 >= 0 ? "+" : "-";
      switch (format) {
        case "short":
          return `${sign}${padStart(hours, 2)}:${padStart(minutes, 2)}`;
        case "narrow":
          return `${sign}${hours}${minutes > 0 ? `:${minutes}` : ""}`;
        case "techie":
          return `${sign}${padStart(hours, 2)}${padStart(minutes, 2)}`;
        default:
          throw new RangeError(`Value format ${format} is out of range for property format`);
      }
    }
    function timeObject(obj) {
      return pick(obj, ["hour", "minute", "second", "millisecond"]);
    }
    var monthsLong = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    var monthsShort = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    var monthsNarrow = ["J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"];
    function months(length) {
      switch (length) {
        case "narrow":
          return [...monthsNarrow];
        case "short":
          return [...monthsShort];
        case "long":
          return [...monthsLong];
        case "numeric":
          return ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];
        case "2-digit":
          return ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"];
        default:
          return null;
      }
    }
    var weekdaysLong = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    var weekdaysShort = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    var weekdaysNarrow = ["M", "T", "W", "T", "F", "S", "S"];
    function weekdays(length) {
      switch (length) {
        case "narrow":
          return [...weekdaysNarrow];
        case "short":
          return [...weekdaysShort];
        case "long":
          return [...weekdaysLong];
        case "numeric":
          return ["1", "2", "3", "4", "5", "6", "7"];
        default:
          return null;
      }
    }
    var meridiems = ["AM", "PM"];
    var erasLong = ["Before Christ", "Anno Domini"];
    var erasShort = ["BC", "AD"];
    var erasNarrow = ["B", "A"];
    function eras(length) {
      switch (length) {
        case "narrow":
          return [...erasNarrow];
        case "short":
          return [...erasShort];
        case "long":
          return [...erasLong];
        default:
          return null;
      }
    }
    function meridiemForDateTime(dt) {
      return meridiems[dt.hour < 12 ? 0 : 1];
    }
    function weekdayForDateTime(dt, length) {
      return weekdays(length)[dt.weekday - 1];
    }
    function monthForDateTime(dt, length) {
      return months(length)[dt.month - 1];
    }
    function eraForDateTime(dt, length) {
      return eras(length)[dt.year < 0 ? 0 : 1];
    }
    function formatRelativeTime(unit, count, numeric = "always", narrow = false) {
      const units = {
        years: ["year", "yr."],
        quarters: ["quarter", "qtr."],
        months: ["month", "mo."],
        weeks: ["week", "wk."],
        days: ["day", "day", "days"],
        hours: ["hour", "hr."],
        minutes: ["minute", "min."],
        seconds: ["second", "sec."]
      };
      const lastable = ["hours", "minutes", "seconds"].indexOf(unit) === -1;
      if (numeric === "auto" && lastable) {
        const isDay = unit === "days";
        switch (count) {
          case 1:
            return isDay ? "tomorrow" : `next ${units[unit][0]}`;
          case -1:
            return isDay ? "yesterday" : `last ${units[unit][0]}`;
          case 0:
            return isDay ? "today" : `this ${units[unit][0]}`;
        }
      }
      const isInPast = Object.is(count, -0) || count < 0, fmtValue = Math.abs(count), singular = fmtValue === 1, lilUnits = units[unit], fmtUnit = narrow ? singular ? lilUnits[1] : lilUnits[2] || lilUnits[1] : singular ? units[unit][0] : unit;
      return isInPast ? `${fmtValue} ${fmtUnit} ago` : `in ${fmtValue} ${fmtUnit}`;
    }
    function stringifyTokens(splits, tokenToString) {
      let s2 = "";
      for (const token of splits) {
        if (token.literal) {
          s2 += token.val;
        } else {
          s2 += tokenToString(token.val);
        }
      }
      return s2;
    }
    var macroTokenToFormatOpts = {
      D: DATE_SHORT,
      DD: DATE_MED,
      DDD: DATE_FULL,
      DDDD: DATE_HUGE,
      t: TIME_SIMPLE,
      tt: TIME_WITH_SECONDS,
      ttt: TIME_WITH_SHORT_OFFSET,
      tttt: TIME_WITH_LONG_OFFSET,
      T: TIME_24_SIMPLE,
      TT: TIME_24_WITH_SECONDS,
      TTT: TIME_24_WITH_SHORT_OFFSET,
      TTTT: TIME_24_WITH_LONG_OFFSET,
      f: DATETIME_SHORT,
      ff: DATETIME_MED,
      fff: DATETIME_FULL,
      ffff: DATETIME_HUGE,
      F: DATETIME_SHORT_WITH_SECONDS,
      FF: DATETIME_MED_WITH_SECONDS,
      FFF: DATETIME_FULL_WITH_SECONDS,
      FFFF: DATETIME_HUGE_WITH_SECONDS
    };
    var Formatter = class _Formatter {
      static create(locale, opts = {}) {
        return new _Formatter(locale, opts);
      }
      static parseFormat(fmt) {
        let current = null, currentFull = "", bracketed = false;
        const splits = [];
        for (let i = 0; i < fmt.length; i++) {
          const c = fmt.charAt(i);
          if (c === "'") {
            if (currentFull.length > 0 || bracketed) {
              splits.push({
                literal: bracketed || /^\s+$/.test(currentFull),
                val: currentFull === "" ? "'" : currentFull
              });
            }
            current = null;
            currentFull = "";
            bracketed = !bracketed;
          } else if (bracketed) {
            currentFull += c;
          } else if (c === current) {
            currentFull += c;
          } else {
            if (currentFull.length > 0) {
              splits.push({
                literal: /^\s+$/.test(currentFull),
                val: currentFull
              });
            }
            currentFull = c;
            current = c;
          }
        }
        if (currentFull.length > 0) {
          splits.push({
            literal: bracketed || /^\s+$/.test(currentFull),
            val: currentFull
          });
        }
        return splits;
      }
      static macroTokenToFormatOpts(token) {
        return macroTokenToFormatOpts[token];
      }
      constructor(locale, formatOpts) {
        this.opts = formatOpts;
        this.loc = locale;
        this.systemLoc = null;
      }
      formatWithSystemDefault(dt, opts) {
        if (this.systemLoc === null) {
          this.systemLoc = this.loc.redefaultToSystem();
        }
        const df = this.systemLoc.dtFormatter(dt, {
          ...this.opts,
          ...opts
        });
        return df.format();
      }
      dtFormatter(dt, opts = {}) {
        return this.loc.dtFormatter(dt, {
          ...this.opts,
          ...opts
        });
      }
      formatDateTime(dt, opts) {
        return this.dtFormatter(dt, opts).format();
      }
      formatDateTimeParts(dt, opts) {
        return this.dtFormatter(dt, opts).formatToParts();
      }
      formatInterval(interval, opts) {
        const df = this.dtFormatter(interval.start, opts);
        return df.dtf.formatRange(interval.start.toJSDate(), interval.end.toJSDate());
      }
      resolvedOptions(dt, opts) {
        return this.dtFormatter(dt, opts).resolvedOptions();
      }
      num(n2, p = 0, signDisplay = void 0) {
        if (this.opts.forceSimple) {
          return padStart(n2, p);
        }
        const opts = {
          ...this.opts
        };
        if (p > 0) {
          opts.padTo = p;
        }
        if (signDisplay) {
          opts.signDisplay = signDisplay;
        }
        return this.loc.numberFormatter(opts).format(n2);
      }
      formatDateTimeFromString(dt, fmt) {
        const knownEnglish = this.loc.listingMode() === "en", useDateTimeFormatter = this.loc.outputCalendar && this.loc.outputCalendar !== "gregory", string = (opts, extract) => this.loc.extract(dt, opts, extract), formatOffset2 = (opts) => {
          if (dt.isOffsetFixed && dt.offset === 0 && opts.allowZ) {
            return "Z";
          }
          return dt.isValid ? dt.zone.formatOffset(dt.ts, opts.format) : "";
        }, meridiem = () => knownEnglish ? meridiemForDateTime(dt) : string({
          hour: "numeric",
          hourCycle: "h12"
        }, "dayperiod"), month = (length, standalone) => knownEnglish ? monthForDateTime(dt, length) : string(standalone ? {
          month: length
        } : {
          month: length,
          day: "numeric"
        }, "month"), weekday = (length, standalone) => knownEnglish ? weekdayForDateTime(dt, length) : string(standalone ? {
          weekday: length
        } : {
          weekday: length,
          month: "long",
          day: "numeric"
        }, "weekday"), maybeMacro = (token) => {
          const formatOpts = _Formatter.macroTokenToFormatOpts(token);
          if (formatOpts) {
            return this.formatWithSystemDefault(dt, formatOpts);
          } else {
            return token;
          }
        }, era = (length) => knownEnglish ? eraForDateTime(dt, length) : string({
          era: length
        }, "era"), tokenToString = (token) => {
          switch (token) {
            // ms
            case "S":
              return this.num(dt.millisecond);
            case "u":
            // falls through
            case "SSS":
              return this.num(dt.millisecond, 3);
            // seconds
            case "s":
              return this.num(dt.second);
            case "ss":
              return this.num(dt.second, 2);
            // fractional seconds
            case "uu":
              return this.num(Math.floor(dt.millisecond / 10), 2);
            case "uuu":
              return this.num(Math.floor(dt.millisecond / 100));
            // minutes
            case "m":
              return this.num(dt.minute);
            case "mm":
              return this.num(dt.minute, 2);
            // hours
            case "h":
              return this.num(dt.hour % 12 === 0 ? 12 : dt.hour % 12);
            case "hh":
              return this.num(dt.hour % 12 === 0 ? 12 : dt.hour % 12, 2);
            case "H":
              return this.num(dt.hour);
            case "HH":
              return this.num(dt.hour, 2);
            // offset
            case "Z":
              return formatOffset2({
                format: "narrow",
                allowZ: this.opts.allowZ
              });
            case "ZZ":
              return formatOffset2({
                format: "short",
                allowZ: this.opts.allowZ
              });
            case "ZZZ":
              return formatOffset2({
                format: "techie",
                allowZ: this.opts.allowZ
              });
            case "ZZZZ":
              return dt.zone.offsetName(dt.ts, {
                format: "short",
                locale: this.loc.locale
              });
            case "ZZZZZ":
              return dt.zone.offsetName(dt.ts, {
                format: "long",
                locale: this.loc.locale
              });
            // zone
            case "z":
              return dt.zoneName;
            // meridiems
            case "a":
              return meridiem();
            // dates
            case "d":
              return useDateTimeFormatter ? string({
                day: "numeric"
              }, "day") : this.num(dt.day);
            case "dd":
              return useDateTimeFormatter ? string({
                day: "2-digit"
              }, "day") : this.num(dt.day, 2);
            // weekdays - standalone
            case "c":
              return this.num(dt.weekday);
            case "ccc":
              return weekday("short", true);
            case "cccc":
              return weekday("long", true);
            case "ccccc":
              return weekday("narrow", true);
            // weekdays - format
            case "E":
              return this.num(dt.weekday);
            case "EEE":
              return weekday("short", false);
            case "EEEE":
              return weekday("long", false);
            case "EEEEE":
              return weekday("narrow", false);
            // months - standalone
            case "L":
              return useDateTimeFormatter ? string({
                month: "numeric",
                day: "numeric"
              }, "month") : this.num(dt.month);
            case "LL":
              return useDateTimeFormatter ? string({
                month: "2-digit",
                day: "numeric"
              }, "month") : this.num(dt.month, 2);
            case "LLL":
              return month("short", true);
            case "LLLL":
              return month("long", true);
            case "LLLLL":
              return month("narrow", true);
            // months - format
            case "M":
              return useDateTimeFormatter ? string({
                month: "numeric"
              }, "month") : this.num(dt.month);
            case "MM":
              return useDateTimeFormatter ? string({
                month: "2-digit"
              }, "month") : this.num(dt.month, 2);
            case "MMM":
              return month("short", false);
            case "MMMM":
              return month("long", false);
            case "MMMMM":
              return month("narrow", false);
            // years
            case "y":
              return useDateTimeFormatter ? string({
                year: "numeric"
              }, "year") : this.num(dt.year);
            case "yy":
              return useDateTimeFormatter ? string({
                year: "2-digit"
              }, "year") : this.num(dt.year.toString().slice(-2), 2);
            case "yyyy":
              return useDateTimeFormatter ? string({
                year: "numeric"
              }, "year") : this.num(dt.year, 4);
            case "yyyyyy":
              return useDateTimeFormatter ? string({
                year: "numeric"
              }, "year") : this.num(dt.year, 6);
            // eras
            case "G":
              return era("short");
            case "GG":
              return era("long");
            case "GGGGG":
              return era("narrow");
            case "kk":
              return this.num(dt.weekYear.toString().slice(-2), 2);
            case "kkkk":
              return this.num(dt.weekYear, 4);
            case "W":
              return this.num(dt.weekNumber);
            case "WW":
              return this.num(dt.weekNumber, 2);
            case "n":
              return this.num(dt.localWeekNumber);
            case "nn":
              return this.num(dt.localWeekNumber, 2);
            case "ii":
              return this.num(dt.localWeekYear.toString().slice(-2), 2);
            case "iiii":
              return this.num(dt.localWeekYear, 4);
            case "o":
              return this.num(dt.ordinal);
            case "ooo":
              return this.num(dt.ordinal, 3);
            case "q":
              return this.num(dt.quarter);
            case "qq":
              return this.num(dt.quarter, 2);
            case "X":
              return this.num(Math.floor(dt.ts / 1e3));
            case "x":
              return this.num(dt.ts);
            default:
              return maybeMacro(token);
          }
        };
        return stringifyTokens(_Formatter.parseFormat(fmt), tokenToString);
      }
      formatDurationFromString(dur, fmt) {
        const invertLargest = this.opts.signMode === "negativeLargestOnly" ? -1 : 1;
        const tokenToField = (token) => {
          switch (token[0]) {
            case "S":
              return "milliseconds";
            case "s":
              return "seconds";
            case "m":
              return "minutes";
            case "h":
              return "hours";
            case "d":
              return "days";
            case "w":
              return "weeks";
            case "M":
              return "months";
            case "y":
              return "years";
            default:
              return null;
          }
        }, tokenToString = (lildur, info) => (token) => {
          const mapped = tokenToField(token);
          if (mapped) {
            const inversionFactor = info.isNegativeDuration && mapped !== info.largestUnit ? invertLargest : 1;
            let signDisplay;
            if (this.opts.signMode === "negativeLargestOnly" && mapped !== info.largestUnit) {
              signDisplay = "never";
            } else if (this.opts.signMode === "all") {
              signDisplay = "always";
            } else {
              signDisplay = "auto";
            }
            return this.num(lildur.get(mapped) * inversionFactor, token.length, signDisplay);
          } else {
            return token;
          }
        }, tokens = _Formatter.parseFormat(fmt), realTokens = tokens.reduce((found, {
          literal,
          val
        }) => literal ? found : found.concat(val), []), collapsed = dur.shiftTo(...realTokens.map(tokenToField).filter((t) => t)), durationInfo = {
          isNegativeDuration: collapsed < 0,
          // this relies on "collapsed" being based on "shiftTo", which builds up the object
          // in order
          largestUnit: Object.keys(collapsed.values)[0]
        };
        return stringifyTokens(tokens, tokenToString(collapsed, durationInfo));
      }
    };
    var ianaRegex = /[A-Za-z_+-]{1,256}(?::?\/[A-Za-z0-9_+-]{1,256}(?:\/[A-Za-z0-9_+-]{1,256})?)?/;
    function combineRegexes(...regexes) {
      const full = regexes.reduce((f, r) => f + r.source, "");
      return RegExp(`^${full}$`);
    }
    function combineExtractors(...extractors) {
      return (m) => extractors.reduce(([mergedVals, mergedZone, cursor], ex) => {
        const [val, zone, next] = ex(m, cursor);
        return [{
          ...mergedVals,
          ...val
        }, zone || mergedZone, next];
      }, [{}, null, 1]).slice(0, 2);
    }
    function parse(s2, ...patterns) {
      if (s2 == null) {
        return [null, null];
      }
      for (const [regex, extractor] of patterns) {
        const m = regex.exec(s2);
        if (m) {
          return extractor(m);
        }
      }
      return [null, null];
    }
    function simpleParse(...keys) {
      return (match2, cursor) => {
        const ret = {};
        let i;
        for (i = 0; i < keys.length; i++) {
          ret[keys[i]] = parseInteger(match2[cursor + i]);
        }
        return [ret, null, cursor + i];
      };
    }
    var offsetRegex = /(?:([Zz])|([+-]\d\d)(?::?(\d\d))?)/;
    var isoExtendedZone = `(?:${offsetRegex.source}?(?:\\[(${ianaRegex.source})\\])?)?`;
    var isoTimeBaseRegex = /(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,30}))?)?)?/;
    var isoTimeRegex = RegExp(`${isoTimeBaseRegex.source}${isoExtendedZone}`);
    var isoTimeExtensionRegex = RegExp(`(?:[Tt]${isoTimeRegex.source})?`);
    var isoYmdRegex = /([+-]\d{6}|\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?/;
    var isoWeekRegex = /(\d{4})-?W(\d\d)(?:-?(\d))?/;
    var isoOrdinalRegex = /(\d{4})-?(\d{3})/;
    var extractISOWeekData = simpleParse("weekYear", "weekNumber", "weekDay");
    var extractISOOrdinalData = simpleParse("year", "ordinal");
    var sqlYmdRegex = /(\d{4})-(\d\d)-(\d\d)/;
    var sqlTimeRegex = RegExp(`${isoTimeBaseRegex.source} ?(?:${offsetRegex.source}|(${ianaRegex.source}))?`);
    var sqlTimeExtensionRegex = RegExp(`(?: ${sqlTimeRegex.source})?`);
    function int(match2, pos, fallback) {
      const m = match2[pos];
      return isUndefined(m) ? fallback : parseInteger(m);
    }
    function extractISOYmd(match2, cursor) {
      const item = {
        year: int(match2, cursor),
        month: int(match2, cursor + 1, 1),
        day: int(match2, cursor + 2, 1)
      };
      return [item, null, cursor + 3];
    }
    function extractISOTime(match2, cursor) {
      const item = {
        hours: int(match2, cursor, 0),
        minutes: int(match2, cursor + 1, 0),
        seconds: int(match2, cursor + 2, 0),
        milliseconds: parseMillis(match2[cursor + 3])
      };
      return [item, null, cursor + 4];
    }
    function extractISOOffset(match2, cursor) {
      const local = !match2[cursor] && !match2[cursor + 1], fullOffset = signedOffset(match2[cursor + 1], match2[cursor + 2]), zone = local ? null : FixedOffsetZone.instance(fullOffset);
      return [{}, zone, cursor + 3];
    }
    function extractIANAZone(match2, cursor) {
      const zone = match2[cursor] ? IANAZone.create(match2[cursor]) : null;
      return [{}, zone, cursor + 1];
    }
    var isoTimeOnly = RegExp(`^T?${isoTimeBaseRegex.source}$`);
    var isoDuration = /^-?P(?:(?:(-?\d{1,20}(?:\.\d{1,20})?)Y)?(?:(-?\d{1,20}(?:\.\d{1,20})?)M)?(?:(-?\d{1,20}(?:\.\d{1,20})?)W)?(?:(-?\d{1,20}(?:\.\d{1,20})?)D)?(?:T(?:(-?\d{1,20}(?:\.\d{1,20})?)H)?(?:(-?\d{1,20}(?:\.\d{1,20})?)M)?(?:(-?\d{1,20})(?:[.,](-?\d{1,20}))?S)?)?)$/;
    function extractISODuration(match2) {
      const [s2, yearStr, monthStr, weekStr, dayStr, hourStr, minuteStr, secondStr, millisecondsStr] = match2;
      const hasNegativePrefix = s2[0] === "-";
      const negativeSeconds = secondStr && secondStr[0] === "-";
      const maybeNegate = (num, force = false) => num !== void 0 && (force || num && hasNegativePrefix) ? -num : num;
      return [{
        years: maybeNegate(parseFloating(yearStr)),
        months: maybeNegate(parseFloating(monthStr)),
        weeks: maybeNegate(parseFloating(weekStr)),
        days: maybeNegate(parseFloating(dayStr)),
        hours: maybeNegate(parseFloating(hourStr)),
        minutes: maybeNegate(parseFloating(minuteStr)),
        seconds: maybeNegate(parseFloating(secondStr), secondStr === "-0"),
        milliseconds: maybeNegate(parseMillis(millisecondsStr), negativeSeconds)
      }];
    }
    var obsOffsets = {
      GMT: 0,
      EDT: -4 * 60,
      EST: -5 * 60,
      CDT: -5 * 60,
      CST: -6 * 60,
      MDT: -6 * 60,
      MST: -7 * 60,
      PDT: -7 * 60,
      PST: -8 * 60
    };
    function fromStrings(weekdayStr, yearStr, monthStr, dayStr, hourStr, minuteStr, secondStr) {
      const result = {
        year: yearStr.length === 2 ? untruncateYear(parseInteger(yearStr)) : parseInteger(yearStr),
        month: monthsShort.indexOf(monthStr) + 1,
        day: parseInteger(dayStr),
        hour: parseInteger(hourStr),
        minute: parseInteger(minuteStr)
      };
      if (secondStr) result.second = parseInteger(secondStr);
      if (weekdayStr) {
        result.weekday = weekdayStr.length > 3 ? weekdaysLong.indexOf(weekdayStr) + 1 : weekdaysShort.indexOf(weekdayStr) + 1;
      }
      return result;
    }
    var rfc2822 = /^(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun),\s)?(\d{1,2})\s(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s(\d{2,4})\s(\d\d):(\d\d)(?::(\d\d))?\s(?:(UT|GMT|[ECMP][SD]T)|([Zz])|(?:([+-]\d\d)(\d\d)))$/;
    function extractRFC2822(match2) {
      const [, weekdayStr, dayStr, monthStr, yearStr, hourStr, minuteStr, secondStr, obsOffset, milOffset, offHourStr, offMinuteStr] = match2, result = fromStrings(weekdayStr, yearStr, monthStr, dayStr, hourStr, minuteStr, secondStr);
      let offset2;
      if (obsOffset) {
        offset2 = obsOffsets[obsOffset];
      } else if (milOffset) {
        offset2 = 0;
      } else {
        offset2 = signedOffset(offHourStr, offMinuteStr);
      }
      return [result, new FixedOffsetZone(offset2)];
    }
    function preprocessRFC2822(s2) {
      return s2.replace(/\([^()]*\)|[\n\t]/g, " ").replace(/(\s\s+)/g, " ").trim();
    }
    var rfc1123 = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;
    var rfc850 = /^(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday), (\d\d)-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/;
    var ascii = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ( \d|\d\d) (\d\d):(\d\d):(\d\d) (\d{4})$/;
    function extractRFC1123Or850(match2) {
      const [, weekdayStr, dayStr, monthStr, yearStr, hourStr, minuteStr, secondStr] = match2, result = fromStrings(weekdayStr, yearStr, monthStr, dayStr, hourStr, minuteStr, secondStr);
      return [result, FixedOffsetZone.utcInstance];
    }
    function extractASCII(match2) {
      const [, weekdayStr, monthStr, dayStr, hourStr, minuteStr, secondStr, yearStr] = match2, result = fromStrings(weekdayStr, yearStr, monthStr, dayStr, hourStr, minuteStr, secondStr);
      return [result, FixedOffsetZone.utcInstance];
    }
    var isoYmdWithTimeExtensionRegex = combineRegexes(isoYmdRegex, isoTimeExtensionRegex);
    var isoWeekWithTimeExtensionRegex = combineRegexes(isoWeekRegex, isoTimeExtensionRegex);
    var isoOrdinalWithTimeExtensionRegex = combineRegexes(isoOrdinalRegex, isoTimeExtensionRegex);
    var isoTimeCombinedRegex = combineRegexes(isoTimeRegex);
    var extractISOYmdTimeAndOffset = combineExtractors(extractISOYmd, extractISOTime, extractISOOffset, extractIANAZone);
    var extractISOWeekTimeAndOffset = combineExtractors(extractISOWeekData, extractISOTime, extractISOOffset, extractIANAZone);
    var extractISOOrdinalDateAndTime = combineExtractors(extractISOOrdinalData, extractISOTime, extractISOOffset, extractIANAZone);
    var extractISOTimeAndOffset = combineExtractors(extractISOTime, extractISOOffset, extractIANAZone);
    function parseISODate(s2) {
      return parse(s2, [isoYmdWithTimeExtensionRegex, extractISOYmdTimeAndOffset], [isoWeekWithTimeExtensionRegex, extractISOWeekTimeAndOffset], [isoOrdinalWithTimeExtensionRegex, extractISOOrdinalDateAndTime], [isoTimeCombinedRegex, extractISOTimeAndOffset]);
    }
    function parseRFC2822Date(s2) {
      return parse(preprocessRFC2822(s2), [rfc2822, extractRFC2822]);
    }
    function parseHTTPDate(s2) {
      return parse(s2, [rfc1123, extractRFC1123Or850], [rfc850, extractRFC1123Or850], [ascii, extractASCII]);
    }
    function parseISODuration(s2) {
      return parse(s2, [isoDuration, extractISODuration]);
    }
    var extractISOTimeOnly = combineExtractors(extractISOTime);
    function parseISOTimeOnly(s2) {
      return parse(s2, [isoTimeOnly, extractISOTimeOnly]);
    }
    var sqlYmdWithTimeExtensionRegex = combineRegexes(sqlYmdRegex, sqlTimeExtensionRegex);
    var sqlTimeCombinedRegex = combineRegexes(sqlTimeRegex);
    var extractISOTimeOffsetAndIANAZone = combineExtractors(extractISOTime, extractISOOffset, extractIANAZone);
    function parseSQL(s2) {
      return parse(s2, [sqlYmdWithTimeExtensionRegex, extractISOYmdTimeAndOffset], [sqlTimeCombinedRegex, extractISOTimeOffsetAndIANAZone]);
    }
    var INVALID$2 = "Invalid Duration";
    var lowOrderMatrix = {
      weeks: {
        days: 7,
        hours: 7 * 24,
        minutes: 7 * 24 * 60,
        seconds: 7 * 24 * 60 * 60,
        milliseconds: 7 * 24 * 60 * 60 * 1e3
      },
      days: {
        hours: 24,
        minutes: 24 * 60,
        seconds: 24 * 60 * 60,
        milliseconds: 24 * 60 * 60 * 1e3
      },
      hours: {
        minutes: 60,
        seconds: 60 * 60,
        milliseconds: 60 * 60 * 1e3
      },
      minutes: {
        seconds: 60,
        milliseconds: 60 * 1e3
      },
      seconds: {
        milliseconds: 1e3
      }
    };
    var casualMatrix = {
      years: {
        quarters: 4,
        months: 12,
        weeks: 52,
        days: 365,
        hours: 365 * 24,
        minutes: 365 * 24 * 60,
        seconds: 365 * 24 * 60 * 60,
        milliseconds: 365 * 24 * 60 * 60 * 1e3
      },
      quarters: {
        months: 3,
        weeks: 13,
        days: 91,
        hours: 91 * 24,
        minutes: 91 * 24 * 60,
        seconds: 91 * 24 * 60 * 60,
        milliseconds: 91 * 24 * 60 * 60 * 1e3
      },
      months: {
        weeks: 4,
        days: 30,
        hours: 30 * 24,
        minutes: 30 * 24 * 60,
        seconds: 30 * 24 * 60 * 60,
        milliseconds: 30 * 24 * 60 * 60 * 1e3
      },
      ...lowOrderMatrix
    };
    var daysInYearAccurate = 146097 / 400;
    var daysInMonthAccurate = 146097 / 4800;
    var accurateMatrix = {
      years: {
        quarters: 4,
        months: 12,
        weeks: daysInYearAccurate / 7,
        days: daysInYearAccurate,
        hours: daysInYearAccurate * 24,
        minutes: daysInYearAccurate * 24 * 60,
        seconds: daysInYearAccurate * 24 * 60 * 60,
        milliseconds: daysInYearAccurate * 24 * 60 * 60 * 1e3
      },
      quarters: {
        months: 3,
        weeks: daysInYearAccurate / 28,
        days: daysInYearAccurate / 4,
        hours: daysInYearAccurate * 24 / 4,
        minutes: daysInYearAccurate * 24 * 60 / 4,
        seconds: daysInYearAccurate * 24 * 60 * 60 / 4,
        milliseconds: daysInYearAccurate * 24 * 60 * 60 * 1e3 / 4
      },
      months: {
        weeks: daysInMonthAccurate / 7,
        days: daysInMonthAccurate,
        hours: daysInMonthAccurate * 24,
        minutes: daysInMonthAccurate * 24 * 60,
        seconds: daysInMonthAccurate * 24 * 60 * 60,
        milliseconds: daysInMonthAccurate * 24 * 60 * 60 * 1e3
      },
      ...lowOrderMatrix
    };
    var orderedUnits$1 = ["years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds"];
    var reverseUnits = orderedUnits$1.slice(0).reverse();
    function clone$1(dur, alts, clear = false) {
      const conf = {
        values: clear ? alts.values : {
          ...dur.values,
          ...alts.values || {}
        },
        loc: dur.loc.clone(alts.loc),
        conversionAccuracy: alts.conversionAccuracy || dur.conversionAccuracy,
        matrix: alts.matrix || dur.matrix
      };
      return new Duration(conf);
    }
    function durationToMillis(matrix, vals) {
      var _vals$milliseconds;
      let sum = (_vals$milliseconds = vals.milliseconds) != null ? _vals$milliseconds : 0;
      for (const unit of reverseUnits.slice(1)) {
        if (vals[unit]) {
          sum += vals[unit] * matrix[unit]["milliseconds"];
        }
      }
      return sum;
    }
    function normalizeValues(matrix, vals) {
      const factor = durationToMillis(matrix, vals) < 0 ? -1 : 1;
      orderedUnits$1.reduceRight((previous, current) => {
        if (!isUndefined(vals[current])) {
          if (previous) {
            const previousVal = vals[previous] * factor;
            const conv = matrix[current][previous];
            const rollUp = Math.floor(previousVal / conv);
            vals[current] += rollUp * factor;
            vals[previous] -= rollUp * conv * factor;
          }
          return current;
        } else {
          return previous;
        }
      }, null);
      orderedUnits$1.reduce((previous, current) => {
        if (!isUndefined(vals[current])) {
          if (previous) {
            const fraction = vals[previous] % 1;
            vals[previous] -= fraction;
            vals[current] += fraction * matrix[previous][current];
          }
          return current;
        } else {
          return previous;
        }
      }, null);
    }
    function removeZeroes(vals) {
      const newVals = {};
      for (const [key, value] of Object.entries(vals)) {
        if (value !== 0) {
          newVals[key] = value;
        }
      }
      return newVals;
    }
    var Duration = class _Duration {
      /**
       * @private
       */
      constructor(config4) {
        const accurate = config4.conversionAccuracy === "longterm" || false;
        let matrix = accurate ? accurateMatrix : casualMatrix;
        if (config4.matrix) {
          matrix = config4.matrix;
        }
        this.values = config4.values;
        this.loc = config4.loc || Locale.create();
        this.conversionAccuracy = accurate ? "longterm" : "casual";
        this.invalid = config4.invalid || null;
        this.matrix = matrix;
        this.isLuxonDuration = true;
      }
      /**
       * Create Duration from a number of milliseconds.
       * @param {number} count of milliseconds
       * @param {Object} opts - options for parsing
       * @param {string} [opts.locale='en-US'] - the locale to use
       * @param {string} opts.numberingSystem - the numbering system to use
       * @param {string} [opts.conversionAccuracy='casual'] - the conversion system to use
       * @return {Duration}
       */
      static fromMillis(count, opts) {
        return _Duration.fromObject({
          milliseconds: count
        }, opts);
      }
      /**
       * Create a Duration from a JavaScript object with keys like 'years' and 'hours'.
       * If this object is empty then a zero milliseconds duration is returned.
       * @param {Object} obj - the object to create the DateTime from
       * @param {number} obj.years
       * @param {number} obj.quarters
       * @param {number} obj.months
       * @param {number} obj.weeks
       * @param {number} obj.days
       * @param {number} obj.hours
       * @param {number} obj.minutes
       * @param {number} obj.seconds
       * @param {number} obj.milliseconds
       * @param {Object} [opts=[]] - options for creating this Duration
       * @param {string} [opts.locale='en-US'] - the locale to use
       * @param {string} opts.numberingSystem - the numbering system to use
       * @param {string} [opts.conversionAccuracy='casual'] - the preset conversion system to use
       * @param {string} [opts.matrix=Object] - the custom conversion system to use
       * @return {Duration}
       */
      static fromObject(obj, opts = {}) {
        if (obj == null || typeof obj !== "object") {
          throw new InvalidArgumentError(`Duration.fromObject: argument expected to be an object, got ${obj === null ? "null" : typeof obj}`);
        }
        return new _Duration({
          values: normalizeObject(obj, _Duration.normalizeUnit),
          loc: Locale.fromObject(opts),
          conversionAccuracy: opts.conversionAccuracy,
          matrix: opts.matrix
        });
      }
      /**
       * Create a Duration from DurationLike.
       *
       * @param {Object | number | Duration} durationLike
       * One of:
       * - object with keys like 'years' and 'hours'.
       * - number representing milliseconds
       * - Duration instance
       * @return {Duration}
       */
      static fromDurationLike(durationLike) {
        if (isNumber(durationLike)) {
          return _Duration.fromMillis(durationLike);
        } else if (_Duration.isDuration(durationLike)) {
          return durationLike;
        } else if (typeof durationLike === "object") {
          return _Duration.fromObject(durationLike);
        } else {
          throw new InvalidArgumentError(`Unknown duration argument ${durationLike} of type ${typeof durationLike}`);
        }
      }
      /**
       * Create a Duration from an ISO 8601 duration string.
       * @param {string} text - text to parse
       * @param {Object} opts - options for parsing
       * @param {string} [opts.locale='en-US'] - the locale to use
       * @param {string} opts.numberingSystem - the numbering system to use
       * @param {string} [opts.conversionAccuracy='casual'] - the preset conversion system to use
       * @param {string} [opts.matrix=Object] - the preset conversion system to use
       * @see https://en.wikipedia.org/wiki/ISO_8601#Durations
       * @example Duration.fromISO('P3Y6M1W4DT12H30M5S').toObject() //=> { years: 3, months: 6, weeks: 1, days: 4, hours: 12, minutes: 30, seconds: 5 }
       * @example Duration.fromISO('PT23H').toObject() //=> { hours: 23 }
       * @example Duration.fromISO('P5Y3M').toObject() //=> { years: 5, months: 3 }
       * @return {Duration}
       */
      static fromISO(text, opts) {
        const [parsed] = parseISODuration(text);
        if (parsed) {
          return _Duration.fromObject(parsed, opts);
        } else {
          return _Duration.invalid("unparsable", `the input "${text}" can't be parsed as ISO 8601`);
        }
      }
      /**
       * Create a Duration from an ISO 8601 time string.
       * @param {string} text - text to parse
       * @param {Object} opts - options for parsing
       * @param {string} [opts.locale='en-US'] - the locale to use
       * @param {string} opts.numberingSystem - the numbering system to use
       * @param {string} [opts.conversionAccuracy='casual'] - the preset conversion system to use
       * @param {string} [opts.matrix=Object] - the conversion system to use
       * @see https://en.wikipedia.org/wiki/ISO_8601#Times
       * @example Duration.fromISOTime('11:22:33.444').toObject() //=> { hours: 11, minutes: 22, seconds: 33, milliseconds: 444 }
       * @example Duration.fromISOTime('11:00').toObject() //=> { hours: 11, minutes: 0, seconds: 0 }
       * @example Duration.fromISOTime('T11:00').toObject() //=> { hours: 11, minutes: 0, seconds: 0 }
       * @example Duration.fromISOTime('1100').toObject() //=> { hours: 11, minutes: 0, seconds: 0 }
       * @example Duration.fromISOTime('T1100').toObject() //=> { hours: 11, minutes: 0, seconds: 0 }
       * @return {Duration}
       */
      static fromISOTime(text, opts) {
        const [parsed] = parseISOTimeOnly(text);
        if (parsed) {
          return _Duration.fromObject(parsed, opts);
        } else {
          return _Duration.invalid("unparsable", `the input "${text}" can't be parsed as ISO 8601`);
        }
      }
      /**
       * Create an invalid Duration.
       * @param {string} reason - simple string of why this datetime is invalid. Should not contain parameters or anything else data-dependent
       * @param {string} [explanation=null] - longer explanation, may include parameters and other useful debugging information
       * @return {Duration}
       */
      static invalid(reason, explanation = null) {
        if (!reason) {
          throw new InvalidArgumentError("need to specify a reason the Duration is invalid");
        }
        const invalid2 = reason instanceof Invalid ? reason : new Invalid(reason, explanation);
        if (Settings.throwOnInvalid) {
          throw new InvalidDurationError(invalid2);
        } else {
          return new _Duration({
            invalid: invalid2
          });
        }
      }
      /**
       * @private
       */
      static normalizeUnit(unit) {
        const normalized = {
          year: "years",
          years: "years",
          quarter: "quarters",
          quarters: "quarters",
          month: "months",
          months: "months",
          week: "weeks",
          weeks: "weeks",
          day: "days",
          days: "days",
          hour: "hours",
          hours: "hours",
          minute: "minutes",
          minutes: "minutes",
          second: "seconds",
          seconds: "seconds",
          millisecond: "milliseconds",
          milliseconds: "milliseconds"
        }[unit ? unit.toLowerCase() : unit];
        if (!normalized) throw new InvalidUnitError(unit);
        return normalized;
      }
      /**
       * Check if an object is a Duration. Works across context boundaries
       * @param {object} o
       * @return {boolean}
       */
      static isDuration(o) {
        return o && o.isLuxonDuration || false;
      }
      /**
       * Get  the locale of a Duration, such 'en-GB'
       * @type {string}
       */
      get locale() {
        return this.isValid ? this.loc.locale : null;
      }
      /**
       * Get the numbering system of a Duration, such 'beng'. The numbering system is used when formatting the Duration
       *
       * @type {string}
       */
      get numberingSystem() {
        return this.isValid ? this.loc.numberingSystem : null;
      }
      /**
       * Returns a string representation of this Duration formatted according to the specified format string. You may use these tokens:
       * * `S` for milliseconds
       * * `s` for seconds
       * * `m` for minutes
       * * `h` for hours
       * * `d` for days
       * * `w` for weeks
       * * `M` for months
       * * `y` for years
       * Notes:
       * * Add padding by repeating the token, e.g. "yy" pads the years to two digits, "hhhh" pads the hours out to four digits
       * * Tokens can be escaped by wrapping with single quotes.
       * * The duration will be converted to the set of units in the format string using {@link Duration#shiftTo} and the Durations's conversion accuracy setting.
       * @param {string} fmt - the format string
       * @param {Object} opts - options
       * @param {boolean} [opts.floor=true] - floor numerical values
       * @param {'negative'|'all'|'negativeLargestOnly'} [opts.signMode=negative] - How to handle signs
       * @example Duration.fromObject({ years: 1, days: 6, seconds: 2 }).toFormat("y d s") //=> "1 6 2"
       * @example Duration.fromObject({ years: 1, days: 6, seconds: 2 }).toFormat("yy dd sss") //=> "01 06 002"
       * @example Duration.fromObject({ years: 1, days: 6, seconds: 2 }).toFormat("M S") //=> "12 518402000"
       * @example Duration.fromObject({ days: 6, seconds: 2 }).toFormat("d s", { signMode: "all" }) //=> "+6 +2"
       * @example Duration.fromObject({ days: -6, seconds: -2 }).toFormat("d s", { signMode: "all" }) //=> "-6 -2"
       * @example Duration.fromObject({ days: -6, seconds: -2 }).toFormat("d s", { signMode: "negativeLargestOnly" }) //=> "-6 2"
       * @return {string}
       */
      toFormat(fmt, opts = {}) {
        const fmtOpts = {
          ...opts,
          floor: opts.round !== false && opts.floor !== false
        };
        return this.isValid ? Formatter.create(this.loc, fmtOpts).formatDurationFromString(this, fmt) : INVALID$2;
      }
      /**
       * Returns a string representation of a Duration with all units included.
       * To modify its behavior, use `listStyle` and any Intl.NumberFormat option, though `unitDisplay` is especially relevant.
       * @see https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Intl/NumberFormat/NumberFormat#options
       * @param {Object} opts - Formatting options. Accepts the same keys as the options parameter of the native `Intl.NumberFormat` constructor, as well as `listStyle`.
       * @param {string} [opts.listStyle='narrow'] - How to format the merged list. Corresponds to the `style` property of the options parameter of the native `Intl.ListFormat` constructor.
       * @param {boolean} [opts.showZeros=true] - Show all units previously used by the duration even if they are zero
       * @example
       * ```js
       * var dur = Duration.fromObject({ months: 1, weeks: 0, hours: 5, minutes: 6 })
       * dur.toHuman() //=> '1 month, 0 weeks, 5 hours, 6 minutes'
       * dur.toHuman({ listStyle: "long" }) //=> '1 month, 0 weeks, 5 hours, and 6 minutes'
       * dur.toHuman({ unitDisplay: "short" }) //=> '1 mth, 0 wks, 5 hr, 6 min'
       * dur.toHuman({ showZeros: false }) //=> '1 month, 5 hours, 6 minutes'
       * ```
       */
      toHuman(opts = {}) {
        if (!this.isValid) return INVALID$2;
        const showZeros = opts.showZeros !== false;
        const l2 = orderedUnits$1.map((unit) => {
          const val = this.values[unit];
          if (isUndefined(val) || val === 0 && !showZeros) {
            return null;
          }
          return this.loc.numberFormatter({
            style: "unit",
            unitDisplay: "long",
            ...opts,
            unit: unit.slice(0, -1)
          }).format(val);
        }).filter((n2) => n2);
        return this.loc.listFormatter({
          type: "conjunction",
          style: opts.listStyle || "narrow",
          ...opts
        }).format(l2);
      }
      /**
       * Returns a JavaScript object with this Duration's values.
       * @example Duration.fromObject({ years: 1, days: 6, seconds: 2 }).toObject() //=> { years: 1, days: 6, seconds: 2 }
       * @return {Object}
       */
      toObject() {
        if (!this.isValid) return {};
        return {
          ...this.values
        };
      }
      /**
       * Returns an ISO 8601-compliant string representation of this Duration.
       * @see https://en.wikipedia.org/wiki/ISO_8601#Durations
       * @example Duration.fromObject({ years: 3, seconds: 45 }).toISO() //=> 'P3YT45S'
       * @example Duration.fromObject({ months: 4, seconds: 45 }).toISO() //=> 'P4MT45S'
       * @example Duration.fromObject({ months: 5 }).toISO() //=> 'P5M'
       * @example Duration.fromObject({ minutes: 5 }).toISO() //=> 'PT5M'
       * @example Duration.fromObject({ milliseconds: 6 }).toISO() //=> 'PT0.006S'
       * @return {string}
       */
      toISO() {
        if (!this.isValid) return null;
        let s2 = "P";
        if (this.years !== 0) s2 += this.years + "Y";
        if (this.months !== 0 || this.quarters !== 0) s2 += this.months + this.quarters * 3 + "M";
        if (this.weeks !== 0) s2 += this.weeks + "W";
        if (this.days !== 0) s2 += this.days + "D";
        if (this.hours !== 0 || this.minutes !== 0 || this.seconds !== 0 || this.milliseconds !== 0) s2 += "T";
        if (this.hours !== 0) s2 += this.hours + "H";
        if (this.minutes !== 0) s2 += this.minutes + "M";
        if (this.seconds !== 0 || this.milliseconds !== 0)
          s2 += roundTo(this.seconds + this.milliseconds / 1e3, 3) + "S";
        if (s2 === "P") s2 += "T0S";
        return s2;
      }
      /**
       * Returns an ISO 8601-compliant string representation of this Duration, formatted as a time of day.
       * Note that this will return null if the duration is invalid, negative, or equal to or greater than 24 hours.
       * @see https://en.wikipedia.org/wiki/ISO_8601#Times
       * @param {Object} opts - options
       * @param {boolean} [opts.suppressMilliseconds=false] - exclude milliseconds from the format if they're 0
       * @param {boolean} [opts.suppressSeconds=false] - exclude seconds from the format if they're 0
       * @param {boolean} [opts.includePrefix=false] - include the `T` prefix
       * @param {string} [opts.format='extended'] - choose between the basic and extended format
       * @example Duration.fromObject({ hours: 11 }).toISOTime() //=> '11:00:00.000'
       * @example Duration.fromObject({ hours: 11 }).toISOTime({ suppressMilliseconds: true }) //=> '11:00:00'
       * @example Duration.fromObject({ hours: 11 }).toISOTime({ suppressSeconds: true }) //=> '11:00'
       * @example Duration.fromObject({ hours: 11 }).toISOTime({ includePrefix: true }) //=> 'T11:00:00.000'
       * @example Duration.fromObject({ hours: 11 }).toISOTime({ format: 'basic' }) //=> '110000.000'
       * @return {string}
       */
      toISOTime(opts = {}) {
        if (!this.isValid) return null;
        const millis = this.toMillis();
        if (millis < 0 || millis >= 864e5) return null;
        opts = {
          suppressMilliseconds: false,
          suppressSeconds: false,
          includePrefix: false,
          format: "extended",
          ...opts,
          includeOffset: false
        };
        const dateTime = DateTime.fromMillis(millis, {
          zone: "UTC"
        });
        return dateTime.toISOTime(opts);
      }
      /**
       * Returns an ISO 8601 representation of this Duration appropriate for use in JSON.
       * @return {string}
       */
      toJSON() {
        return this.toISO();
      }
      /**
       * Returns an ISO 8601 representation of this Duration appropriate for use in debugging.
       * @return {string}
       */
      toString() {
        return this.toISO();
      }
      /**
       * Returns a string representation of this Duration appropriate for the REPL.
       * @return {string}
       */
      [/* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom")]() {
        if (this.isValid) {
          return `Duration { values: ${JSON.stringify(this.values)} }`;
        } else {
          return `Duration { Invalid, reason: ${this.invalidReason} }`;
        }
      }
      /**
       * Returns an milliseconds value of this Duration.
       * @return {number}
       */
      toMillis() {
        if (!this.isValid) return NaN;
        return durationToMillis(this.matrix, this.values);
      }
      /**
       * Returns an milliseconds value of this Duration. Alias of {@link toMillis}
       * @return {number}
       */
      valueOf() {
        return this.toMillis();
      }
      /**
       * Make this Duration longer by the specified amount. Return a newly-constructed Duration.
       * @param {Duration|Object|number} duration - The amount to add. Either a Luxon Duration, a number of milliseconds, the object argument to Duration.fromObject()
       * @return {Duration}
       */
      plus(duration) {
        if (!this.isValid) return this;
        const dur = _Duration.fromDurationLike(duration), result = {};
        for (const k of orderedUnits$1) {
          if (hasOwnProperty(dur.values, k) || hasOwnProperty(this.values, k)) {
            result[k] = dur.get(k) + this.get(k);
          }
        }
        return clone$1(this, {
          values: result
        }, true);
      }
      /**
       * Make this Duration shorter by the specified amount. Return a newly-constructed Duration.
       * @param {Duration|Object|number} duration - The amount to subtract. Either a Luxon Duration, a number of milliseconds, the object argument to Duration.fromObject()
       * @return {Duration}
       */
      minus(duration) {
        if (!this.isValid) return this;
        const dur = _Duration.fromDurationLike(duration);
        return this.plus(dur.negate());
      }
      /**
       * Scale this Duration by the specified amount. Return a newly-constructed Duration.
       * @param {function} fn - The function to apply to each unit. Arity is 1 or 2: the value of the unit and, optionally, the unit name. Must return a number.
       * @example Duration.fromObject({ hours: 1, minutes: 30 }).mapUnits(x => x * 2) //=> { hours: 2, minutes: 60 }
       * @example Duration.fromObject({ hours: 1, minutes: 30 }).mapUnits((x, u) => u === "hours" ? x * 2 : x) //=> { hours: 2, minutes: 30 }
       * @return {Duration}
       */
      mapUnits(fn) {
        if (!this.isValid) return this;
        const result = {};
        for (const k of Object.keys(this.values)) {
          result[k] = asNumber(fn(this.values[k], k));
        }
        return clone$1(this, {
          values: result
        }, true);
      }
      /**
       * Get the value of unit.
       * @param {string} unit - a unit such as 'minute' or 'day'
       * @example Duration.fromObject({years: 2, days: 3}).get('years') //=> 2
       * @example Duration.fromObject({years: 2, days: 3}).get('months') //=> 0
       * @example Duration.fromObject({years: 2, days: 3}).get('days') //=> 3
       * @return {number}
       */
      get(unit) {
        return this[_Duration.normalizeUnit(unit)];
      }
      /**
       * "Set" the values of specified units. Return a newly-constructed Duration.
       * @param {Object} values - a mapping of units to numbers
       * @example dur.set({ years: 2017 })
       * @example dur.set({ hours: 8, minutes: 30 })
       * @return {Duration}
       */
      set(values) {
        if (!this.isValid) return this;
        const mixed = {
          ...this.values,
          ...normalizeObject(values, _Duration.normalizeUnit)
        };
        return clone$1(this, {
          values: mixed
        });
      }
      /**
       * "Set" the locale and/or numberingSystem.  Returns a newly-constructed Duration.
       * @example dur.reconfigure({ locale: 'en-GB' })
       * @return {Duration}
       */
      reconfigure({
        locale,
        numberingSystem,
        conversionAccuracy,
        matrix
      } = {}) {
        const loc = this.loc.clone({
          locale,
          numberingSystem
        });
        const opts = {
          loc,
          matrix,
          conversionAccuracy
        };
        return clone$1(this, opts);
      }
      /**
       * Return the length of the duration in the specified unit.
       * @param {string} unit - a unit such as 'minutes' or 'days'
       * @example Duration.fromObject({years: 1}).as('days') //=> 365
       * @example Duration.fromObject({years: 1}).as('months') //=> 12
       * @example Duration.fromObject({hours: 60}).as('days') //=> 2.5
       * @return {number}
       */
      as(unit) {
        return this.isValid ? this.shiftTo(unit).get(unit) : NaN;
      }
      /**
       * Reduce this Duration to its canonical representation in its current units.
       * Assuming the overall value of the Duration is positive, this means:
       * - excessive values for lower-order units are converted to higher-order units (if possible, see first and second example)
       * - negative lower-order units are converted to higher order units (there must be such a higher order unit, otherwise
       *   the overall value would be negative, see third example)
       * - fractional values for higher-order units are converted to lower-order units (if possible, see fourth example)
       *
       * If the overall value is negative, the result of this method is equivalent to `this.negate().normalize().negate()`.
       * @example Duration.fromObject({ years: 2, days: 5000 }).normalize().toObject() //=> { years: 15, days: 255 }
       * @example Duration.fromObject({ days: 5000 }).normalize().toObject() //=> { days: 5000 }
       * @example Duration.fromObject({ hours: 12, minutes: -45 }).normalize().toObject() //=> { hours: 11, minutes: 15 }
       * @example Duration.fromObject({ years: 2.5, days: 0, hours: 0 }).normalize().toObject() //=> { years: 2, days: 182, hours: 12 }
       * @return {Duration}
       */
      normalize() {
        if (!this.isValid) return this;
        const vals = this.toObject();
        normalizeValues(this.matrix, vals);
        return clone$1(this, {
          values: vals
        }, true);
      }
      /**
       * Rescale units to its largest representation
       * @example Duration.fromObject({ milliseconds: 90000 }).rescale().toObject() //=> { minutes: 1, seconds: 30 }
       * @return {Duration}
       */
      rescale() {
        if (!this.isValid) return this;
        const vals = removeZeroes(this.normalize().shiftToAll().toObject());
        return clone$1(this, {
          values: vals
        }, true);
      }
      /**
       * Convert this Duration into its representation in a different set of units.
       * @example Duration.fromObject({ hours: 1, seconds: 30 }).shiftTo('minutes', 'milliseconds').toObject() //=> { minutes: 60, milliseconds: 30000 }
       * @return {Duration}
       */
      shiftTo(...units) {
        if (!this.isValid) return this;
        if (units.length === 0) {
          return this;
        }
        units = units.map((u) => _Duration.normalizeUnit(u));
        const built = {}, accumulated = {}, vals = this.toObject();
        let lastUnit;
        for (const k of orderedUnits$1) {
          if (units.indexOf(k) >= 0) {
            lastUnit = k;
            let own2 = 0;
            for (const ak in accumulated) {
              own2 += this.matrix[ak][k] * accumulated[ak];
              accumulated[ak] = 0;
            }
            if (isNumber(vals[k])) {
              own2 += vals[k];
            }
            const i = Math.trunc(own2);
            built[k] = i;
            accumulated[k] = (own2 * 1e3 - i * 1e3) / 1e3;
          } else if (isNumber(vals[k])) {
            accumulated[k] = vals[k];
          }
        }
        for (const key in accumulated) {
          if (accumulated[key] !== 0) {
            built[lastUnit] += key === lastUnit ? accumulated[key] : accumulated[key] / this.matrix[lastUnit][key];
          }
        }
        normalizeValues(this.matrix, built);
        return clone$1(this, {
          values: built
        }, true);
      }
      /**
       * Shift this Duration to all available units.
       * Same as shiftTo("years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds")
       * @return {Duration}
       */
      shiftToAll() {
        if (!this.isValid) return this;
        return this.shiftTo("years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds");
      }
      /**
       * Return the negative of this Duration.
       * @example Duration.fromObject({ hours: 1, seconds: 30 }).negate().toObject() //=> { hours: -1, seconds: -30 }
       * @return {Duration}
       */
      negate() {
        if (!this.isValid) return this;
        const negated = {};
        for (const k of Object.keys(this.values)) {
          negated[k] = this.values[k] === 0 ? 0 : -this.values[k];
        }
        return clone$1(this, {
          values: negated
        }, true);
      }
      /**
       * Removes all units with values equal to 0 from this Duration.
       * @example Duration.fromObject({ years: 2, days: 0, hours: 0, minutes: 0 }).removeZeros().toObject() //=> { years: 2 }
       * @return {Duration}
       */
      removeZeros() {
        if (!this.isValid) return this;
        const vals = removeZeroes(this.values);
        return clone$1(this, {
          values: vals
        }, true);
      }
      /**
       * Get the years.
       * @type {number}
       */
      get years() {
        return this.isValid ? this.values.years || 0 : NaN;
      }
      /**
       * Get the quarters.
       * @type {number}
       */
      get quarters() {
        return this.isValid ? this.values.quarters || 0 : NaN;
      }
      /**
       * Get the months.
       * @type {number}
       */
      get months() {
        return this.isValid ? this.values.months || 0 : NaN;
      }
      /**
       * Get the weeks
       * @type {number}
       */
      get weeks() {
        return this.isValid ? this.values.weeks || 0 : NaN;
      }
      /**
       * Get the days.
       * @type {number}
       */
      get days() {
        return this.isValid ? this.values.days || 0 : NaN;
      }
      /**
       * Get the hours.
       * @type {number}
       */
      get hours() {
        return this.isValid ? this.values.hours || 0 : NaN;
      }
      /**
       * Get the minutes.
       * @type {number}
       */
      get minutes() {
        return this.isValid ? this.values.minutes || 0 : NaN;
      }
      /**
       * Get the seconds.
       * @return {number}
       */
      get seconds() {
        return this.isValid ? this.values.seconds || 0 : NaN;
      }
      /**
       * Get the milliseconds.
       * @return {number}
       */
      get milliseconds() {
        return this.isValid ? this.values.milliseconds || 0 : NaN;
      }
      /**
       * Returns whether the Duration is invalid. Invalid durations are returned by diff operations
       * on invalid DateTimes or Intervals.
       * @return {boolean}
       */
      get isValid() {
        return this.invalid === null;
      }
      /**
       * Returns an error code if this Duration became invalid, or null if the Duration is valid
       * @return {string}
       */
      get invalidReason() {
        return this.invalid ? this.invalid.reason : null;
      }
      /**
       * Returns an explanation of why this Duration became invalid, or null if the Duration is valid
       * @type {string}
       */
      get invalidExplanation() {
        return this.invalid ? this.invalid.explanation : null;
      }
      /**
       * Equality check
       * Two Durations are equal iff they have the same units and the same values for each unit.
       * @param {Duration} other
       * @return {boolean}
       */
      equals(other) {
        if (!this.isValid || !other.isValid) {
          return false;
        }
        if (!this.loc.equals(other.loc)) {
          return false;
        }
        function eq(v1, v2) {
          if (v1 === void 0 || v1 === 0) return v2 === void 0 || v2 === 0;
          return v1 === v2;
        }
        for (const u of orderedUnits$1) {
          if (!eq(this.values[u], other.values[u])) {
            return false;
          }
        }
        return true;
      }
    };
    var INVALID$1 = "Invalid Interval";
    function validateStartEnd(start, end) {
      if (!start || !start.isValid) {
        return Interval.invalid("missing or invalid start");
      } else if (!end || !end.isValid) {
        return Interval.invalid("missing or invalid end");
      } else if (end < start) {
        return Interval.invalid("end before start", `The end of an interval must be after its start, but you had start=${start.toISO()} and end=${end.toISO()}`);
      } else {
        return null;
      }
    }
    var Interval = class _Interval {
      /**
       * @private
       */
      constructor(config4) {
        this.s = config4.start;
        this.e = config4.end;
        this.invalid = config4.invalid || null;
        this.isLuxonInterval = true;
      }
      /**
       * Create an invalid Interval.
       * @param {string} reason - simple string of why this Interval is invalid. Should not contain parameters or anything else data-dependent
       * @param {string} [explanation=null] - longer explanation, may include parameters and other useful debugging information
       * @return {Interval}
       */
      static invalid(reason, explanation = null) {
        if (!reason) {
          throw new InvalidArgumentError("need to specify a reason the Interval is invalid");
        }
        const invalid2 = reason instanceof Invalid ? reason : new Invalid(reason, explanation);
        if (Settings.throwOnInvalid) {
          throw new InvalidIntervalError(invalid2);
        } else {
          return new _Interval({
            invalid: invalid2
          });
        }
      }
      /**
       * Create an Interval from a start DateTime and an end DateTime. Inclusive of the start but not the end.
       * @param {DateTime|Date|Object} start
       * @param {DateTime|Date|Object} end
       * @return {Interval}
       */
      static fromDateTimes(start, end) {
        const builtStart = friendlyDateTime(start), builtEnd = friendlyDateTime(end);
        const validateError = validateStartEnd(builtStart, builtEnd);
        if (validateError == null) {
          return new _Interval({
            start: builtStart,
            end: builtEnd
          });
        } else {
          return validateError;
        }
      }
      /**
       * Create an Interval from a start DateTime and a Duration to extend to.
       * @param {DateTime|Date|Object} start
       * @param {Duration|Object|number} duration - the length of the Interval.
       * @return {Interval}
       */
      static after(start, duration) {
        const dur = Duration.fromDurationLike(duration), dt = friendlyDateTime(start);
        return _Interval.fromDateTimes(dt, dt.plus(dur));
      }
      /**
       * Create an Interval from an end DateTime and a Duration to extend backwards to.
       * @param {DateTime|Date|Object} end
       * @param {Duration|Object|number} duration - the length of the Interval.
       * @return {Interval}
       */
      static before(end, duration) {
        const dur = Duration.fromDurationLike(duration), dt = friendlyDateTime(end);
        return _Interval.fromDateTimes(dt.minus(dur), dt);
      }
      /**
       * Create an Interval from an ISO 8601 string.
       * Accepts `<start>/<end>`, `<start>/<duration>`, and `<duration>/<end>` formats.
       * @param {string} text - the ISO string to parse
       * @param {Object} [opts] - options to pass {@link DateTime#fromISO} and optionally {@link Duration#fromISO}
       * @see https://en.wikipedia.org/wiki/ISO_8601#Time_intervals
       * @return {Interval}
       */
      static fromISO(text, opts) {
        const [s2, e] = (text || "").split("/", 2);
        if (s2 && e) {
          let start, startIsValid;
          try {
            start = DateTime.fromISO(s2, opts);
            startIsValid = start.isValid;
          } catch (e2) {
            startIsValid = false;
          }
          let end, endIsValid;
          try {
            end = DateTime.fromISO(e, opts);
            endIsValid = end.isValid;
          } catch (e2) {
            endIsValid = false;
          }
          if (startIsValid && endIsValid) {
            return _Interval.fromDateTimes(start, end);
          }
          if (startIsValid) {
            const dur = Duration.fromISO(e, opts);
            if (dur.isValid) {
              return _Interval.after(start, dur);
            }
          } else if (endIsValid) {
            const dur = Duration.fromISO(s2, opts);
            if (dur.isValid) {
              return _Interval.before(end, dur);
            }
          }
        }
        return _Interval.invalid("unparsable", `the input "${text}" can't be parsed as ISO 8601`);
      }
      /**
       * Check if an object is an Interval. Works across context boundaries
       * @param {object} o
       * @return {boolean}
       */
      static isInterval(o) {
        return o && o.isLuxonInterval || false;
      }
      /**
       * Returns the start of the Interval
       * @type {DateTime}
       */
      get start() {
        return this.isValid ? this.s : null;
      }
      /**
       * Returns the end of the Interval. This is the first instant which is not part of the interval
       * (Interval is half-open).
       * @type {DateTime}
       */
      get end() {
        return this.isValid ? this.e : null;
      }
      /**
       * Returns the last DateTime included in the interval (since end is not part of the interval)
       * @type {DateTime}
       */
      get lastDateTime() {
        return this.isValid ? this.e ? this.e.minus(1) : null : null;
      }
      /**
       * Returns whether this Interval's end is at least its start, meaning that the Interval isn't 'backwards'.
       * @type {boolean}
       */
      get isValid() {
        return this.invalidReason === null;
      }
      /**
       * Returns an error code if this Interval is invalid, or null if the Interval is valid
       * @type {string}
       */
      get invalidReason() {
        return this.invalid ? this.invalid.reason : null;
      }
      /**
       * Returns an explanation of why this Interval became invalid, or null if the Interval is valid
       * @type {string}
       */
      get invalidExplanation() {
        return this.invalid ? this.invalid.explanation : null;
      }
      /**
       * Returns the length of the Interval in the specified unit.
       * @param {string} unit - the unit (such as 'hours' or 'days') to return the length in.
       * @return {number}
       */
      length(unit = "milliseconds") {
        return this.isValid ? this.toDuration(...[unit]).get(unit) : NaN;
      }
      /**
       * Returns the count of minutes, hours, days, months, or years included in the Interval, even in part.
       * Unlike {@link Interval#length} this counts sections of the calendar, not periods of time, e.g. specifying 'day'
       * asks 'what dates are included in this interval?', not 'how many days long is this interval?'
       * @param {string} [unit='milliseconds'] - the unit of time to count.
       * @param {Object} opts - options
       * @param {boolean} [opts.useLocaleWeeks=false] - If true, use weeks based on the locale, i.e. use the locale-dependent start of the week; this operation will always use the locale of the start DateTime
       * @return {number}
       */
      count(unit = "milliseconds", opts) {
        if (!this.isValid) return NaN;
        const start = this.start.startOf(unit, opts);
        let end;
        if (opts != null && opts.useLocaleWeeks) {
          end = this.end.reconfigure({
            locale: start.locale
          });
        } else {
          end = this.end;
        }
        end = end.startOf(unit, opts);
        return Math.floor(end.diff(start, unit).get(unit)) + (end.valueOf() !== this.end.valueOf());
      }
      /**
       * Returns whether this Interval's start and end are both in the same unit of time
       * @param {string} unit - the unit of time to check sameness on
       * @return {boolean}
       */
      hasSame(unit) {
        return this.isValid ? this.isEmpty() || this.e.minus(1).hasSame(this.s, unit) : false;
      }
      /**
       * Return whether this Interval has the same start and end DateTimes.
       * @return {boolean}
       */
      isEmpty() {
        return this.s.valueOf() === this.e.valueOf();
      }
      /**
       * Return whether this Interval's start is after the specified DateTime.
       * @param {DateTime} dateTime
       * @return {boolean}
       */
      isAfter(dateTime) {
        if (!this.isValid) return false;
        return this.s > dateTime;
      }
      /**
       * Return whether this Interval's end is before the specified DateTime.
       * @param {DateTime} dateTime
       * @return {boolean}
       */
      isBefore(dateTime) {
        if (!this.isValid) return false;
        return this.e <= dateTime;
      }
      /**
       * Return whether this Interval contains the specified DateTime.
       * @param {DateTime} dateTime
       * @return {boolean}
       */
      contains(dateTime) {
        if (!this.isValid) return false;
        return this.s <= dateTime && this.e > dateTime;
      }
      /**
       * "Sets" the start and/or end dates. Returns a newly-constructed Interval.
       * @param {Object} values - the values to set
       * @param {DateTime} values.start - the starting DateTime
       * @param {DateTime} values.end - the ending DateTime
       * @return {Interval}
       */
      set({
        start,
        end
      } = {}) {
        if (!this.isValid) return this;
        return _Interval.fromDateTimes(start || this.s, end || this.e);
      }
      /**
       * Split this Interval at each of the specified DateTimes
       * @param {...DateTime} dateTimes - the unit of time to count.
       * @return {Array}
       */
      splitAt(...dateTimes) {
        if (!this.isValid) return [];
        const sorted = dateTimes.map(friendlyDateTime).filter((d) => this.contains(d)).sort((a, b) => a.toMillis() - b.toMillis()), results = [];
        let {
          s: s2
        } = this, i = 0;
        while (s2 < this.e) {
          const added = sorted[i] || this.e, next = +added > +this.e ? this.e : added;
          results.push(_Interval.fromDateTimes(s2, next));
          s2 = next;
          i += 1;
        }
        return results;
      }
      /**
       * Split this Interval into smaller Intervals, each of the specified length.
       * Left over time is grouped into a smaller interval
       * @param {Duration|Object|number} duration - The length of each resulting interval.
       * @return {Array}
       */
      splitBy(duration) {
        const dur = Duration.fromDurationLike(duration);
        if (!this.isValid || !dur.isValid || dur.as("milliseconds") === 0) {
          return [];
        }
        let {
          s: s2
        } = this, idx = 1, next;
        const results = [];
        while (s2 < this.e) {
          const added = this.start.plus(dur.mapUnits((x) => x * idx));
          next = +added > +this.e ? this.e : added;
          results.push(_Interval.fromDateTimes(s2, next));
          s2 = next;
          idx += 1;
        }
        return results;
      }
      /**
       * Split this Interval into the specified number of smaller intervals.
       * @param {number} numberOfParts - The number of Intervals to divide the Interval into.
       * @return {Array}
       */
      divideEqually(numberOfParts) {
        if (!this.isValid) return [];
        return this.splitBy(this.length() / numberOfParts).slice(0, numberOfParts);
      }
      /**
       * Return whether this Interval overlaps with the specified Interval
       * @param {Interval} other
       * @return {boolean}
       */
      overlaps(other) {
        return this.e > other.s && this.s < other.e;
      }
      /**
       * Return whether this Interval's end is adjacent to the specified Interval's start.
       * @param {Interval} other
       * @return {boolean}
       */
      abutsStart(other) {
        if (!this.isValid) return false;
        return +this.e === +other.s;
      }
      /**
       * Return whether this Interval's start is adjacent to the specified Interval's end.
       * @param {Interval} other
       * @return {boolean}
       */
      abutsEnd(other) {
        if (!this.isValid) return false;
        return +other.e === +this.s;
      }
      /**
       * Returns true if this Interval fully contains the specified Interval, specifically if the intersect (of this Interval and the other Interval) is equal to the other Interval; false otherwise.
       * @param {Interval} other
       * @return {boolean}
       */
      engulfs(other) {
        if (!this.isValid) return false;
        return this.s <= other.s && this.e >= other.e;
      }
      /**
       * Return whether this Interval has the same start and end as the specified Interval.
       * @param {Interval} other
       * @return {boolean}
       */
      equals(other) {
        if (!this.isValid || !other.isValid) {
          return false;
        }
        return this.s.equals(other.s) && this.e.equals(other.e);
      }
      /**
       * Return an Interval representing the intersection of this Interval and the specified Interval.
       * Specifically, the resulting Interval has the maximum start time and the minimum end time of the two Intervals.
       * Returns null if the intersection is empty, meaning, the intervals don't intersect.
       * @param {Interval} other
       * @return {Interval}
       */
      intersection(other) {
        if (!this.isValid) return this;
        const s2 = this.s > other.s ? this.s : other.s, e = this.e < other.e ? this.e : other.e;
        if (s2 >= e) {
          return null;
        } else {
          return _Interval.fromDateTimes(s2, e);
        }
      }
      /**
       * Return an Interval representing the union of this Interval and the specified Interval.
       * Specifically, the resulting Interval has the minimum start time and the maximum end time of the two Intervals.
       * @param {Interval} other
       * @return {Interval}
       */
      union(other) {
        if (!this.isValid) return this;
        const s2 = this.s < other.s ? this.s : other.s, e = this.e > other.e ? this.e : other.e;
        return _Interval.fromDateTimes(s2, e);
      }
      /**
       * Merge an array of Intervals into an equivalent minimal set of Intervals.
       * Combines overlapping and adjacent Intervals.
       * The resulting array will contain the Intervals in ascending order, that is, starting with the earliest Interval
       * and ending with the latest.
       *
       * @param {Array} intervals
       * @return {Array}
       */
      static merge(intervals) {
        const [found, final] = intervals.sort((a, b) => a.s - b.s).reduce(([sofar, current], item) => {
          if (!current) {
            return [sofar, item];
          } else if (current.overlaps(item) || current.abutsStart(item)) {
            return [sofar, current.union(item)];
          } else {
            return [sofar.concat([current]), item];
          }
        }, [[], null]);
        if (final) {
          found.push(final);
        }
        return found;
      }
      /**
       * Return an array of Intervals representing the spans of time that only appear in one of the specified Intervals.
       * @param {Array} intervals
       * @return {Array}
       */
      static xor(intervals) {
        let start = null, currentCount = 0;
        const results = [], ends = intervals.map((i) => [{
          time: i.s,
          type: "s"
        }, {
          time: i.e,
          type: "e"
        }]), flattened = Array.prototype.concat(...ends), arr = flattened.sort((a, b) => a.time - b.time);
        for (const i of arr) {
          currentCount += i.type === "s" ? 1 : -1;
          if (currentCount === 1) {
            start = i.time;
          } else {
            if (start && +start !== +i.time) {
              results.push(_Interval.fromDateTimes(start, i.time));
            }
            start = null;
          }
        }
        return _Interval.merge(results);
      }
      /**
       * Return an Interval representing the span of time in this Interval that doesn't overlap with any of the specified Intervals.
       * @param {...Interval} intervals
       * @return {Array}
       */
      difference(...intervals) {
        return _Interval.xor([this].concat(intervals)).map((i) => this.intersection(i)).filter((i) => i && !i.isEmpty());
      }
      /**
       * Returns a string representation of this Interval appropriate for debugging.
       * @return {string}
       */
      toString() {
        if (!this.isValid) return INVALID$1;
        return `[${this.s.toISO()} \u2013 ${this.e.toISO()})`;
      }
      /**
       * Returns a string representation of this Interval appropriate for the REPL.
       * @return {string}
       */
      [/* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom")]() {
        if (this.isValid) {
          return `Interval { start: ${this.s.toISO()}, end: ${this.e.toISO()} }`;
        } else {
          return `Interval { Invalid, reason: ${this.invalidReason} }`;
        }
      }
      /**
       * Returns a localized string representing this Interval. Accepts the same options as the
       * Intl.DateTimeFormat constructor and any presets defined by Luxon, such as
       * {@link DateTime.DATE_FULL} or {@link DateTime.TIME_SIMPLE}. The exact behavior of this method
       * is browser-specific, but in general it will return an appropriate representation of the
       * Interval in the assigned locale. Defaults to the system's locale if no locale has been
       * specified.
       * @see https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/DateTimeFormat
       * @param {Object} [formatOpts=DateTime.DATE_SHORT] - Either a DateTime preset or
       * Intl.DateTimeFormat constructor options.
       * @param {Object} opts - Options to override the configuration of the start DateTime.
       * @example Interval.fromISO('2022-11-07T09:00Z/2022-11-08T09:00Z').toLocaleString(); //=> 11/7/2022 – 11/8/2022
       * @example Interval.fromISO('2022-11-07T09:00Z/2022-11-08T09:00Z').toLocaleString(DateTime.DATE_FULL); //=> November 7 – 8, 2022
       * @example Interval.fromISO('2022-11-07T09:00Z/2022-11-08T09:00Z').toLocaleString(DateTime.DATE_FULL, { locale: 'fr-FR' }); //=> 7–8 novembre 2022
       * @example Interval.fromISO('2022-11-07T17:00Z/2022-11-07T19:00Z').toLocaleString(DateTime.TIME_SIMPLE); //=> 6:00 – 8:00 PM
       * @example Interval.fromISO('2022-11-07T17:00Z/2022-11-07T19:00Z').toLocaleString({ weekday: 'short', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit' }); //=> Mon, Nov 07, 6:00 – 8:00 p
       * @return {string}
       */
      toLocaleString(formatOpts = DATE_SHORT, opts = {}) {
        return this.isValid ? Formatter.create(this.s.loc.clone(opts), formatOpts).formatInterval(this) : INVALID$1;
      }
      /**
       * Returns an ISO 8601-compliant string representation of this Interval.
       * @see https://en.wikipedia.org/wiki/ISO_8601#Time_intervals
       * @param {Object} opts - The same options as {@link DateTime#toISO}
       * @return {string}
       */
      toISO(opts) {
        if (!this.isValid) return INVALID$1;
        return `${this.s.toISO(opts)}/${this.e.toISO(opts)}`;
      }
      /**
       * Returns an ISO 8601-compliant string representation of date of this Interval.
       * The time components are ignored.
       * @see https://en.wikipedia.org/wiki/ISO_8601#Time_intervals
       * @return {string}
       */
      toISODate() {
        if (!this.isValid) return INVALID$1;
        return `${this.s.toISODate()}/${this.e.toISODate()}`;
      }
      /**
       * Returns an ISO 8601-compliant string representation of time of this Interval.
       * The date components are ignored.
       * @see https://en.wikipedia.org/wiki/ISO_8601#Time_intervals
       * @param {Object} opts - The same options as {@link DateTime#toISO}
       * @return {string}
       */
      toISOTime(opts) {
        if (!this.isValid) return INVALID$1;
        return `${this.s.toISOTime(opts)}/${this.e.toISOTime(opts)}`;
      }
      /**
       * Returns a string representation of this Interval formatted according to the specified format
       * string. **You may not want this.** See {@link Interval#toLocaleString} for a more flexible
       * formatting tool.
       * @param {string} dateFormat - The format string. This string formats the start and end time.
       * See {@link DateTime#toFormat} for details.
       * @param {Object} opts - Options.
       * @param {string} [opts.separator =  ' – '] - A separator to place between the start and end
       * representations.
       * @return {string}
       */
      toFormat(dateFormat, {
        separator = " \u2013 "
      } = {}) {
        if (!this.isValid) return INVALID$1;
        return `${this.s.toFormat(dateFormat)}${separator}${this.e.toFormat(dateFormat)}`;
      }
      /**
       * Return a Duration representing the time spanned by this interval.
       * @param {string|string[]} [unit=['milliseconds']] - the unit or units (such as 'hours' or 'days') to include in the duration.
       * @param {Object} opts - options that affect the creation of the Duration
       * @param {string} [opts.conversionAccuracy='casual'] - the conversion system to use
       * @example Interval.fromDateTimes(dt1, dt2).toDuration().toObject() //=> { milliseconds: 88489257 }
       * @example Interval.fromDateTimes(dt1, dt2).toDuration('days').toObject() //=> { days: 1.0241812152777778 }
       * @example Interval.fromDateTimes(dt1, dt2).toDuration(['hours', 'minutes']).toObject() //=> { hours: 24, minutes: 34.82095 }
       * @example Interval.fromDateTimes(dt1, dt2).toDuration(['hours', 'minutes', 'seconds']).toObject() //=> { hours: 24, minutes: 34, seconds: 49.257 }
       * @example Interval.fromDateTimes(dt1, dt2).toDuration('seconds').toObject() //=> { seconds: 88489.257 }
       * @return {Duration}
       */
      toDuration(unit, opts) {
        if (!this.isValid) {
          return Duration.invalid(this.invalidReason);
        }
        return this.e.diff(this.s, unit, opts);
      }
      /**
       * Run mapFn on the interval start and end, returning a new Interval from the resulting DateTimes
       * @param {function} mapFn
       * @return {Interval}
       * @example Interval.fromDateTimes(dt1, dt2).mapEndpoints(endpoint => endpoint.toUTC())
       * @example Interval.fromDateTimes(dt1, dt2).mapEndpoints(endpoint => endpoint.plus({ hours: 2 }))
       */
      mapEndpoints(mapFn) {
        return _Interval.fromDateTimes(mapFn(this.s), mapFn(this.e));
      }
    };
    var Info = class {
      /**
       * Return whether the specified zone contains a DST.
       * @param {string|Zone} [zone='local'] - Zone to check. Defaults to the environment's local zone.
       * @return {boolean}
       */
      static hasDST(zone = Settings.defaultZone) {
        const proto = DateTime.now().setZone(zone).set({
          month: 12
        });
        return !zone.isUniversal && proto.offset !== proto.set({
          month: 6
        }).offset;
      }
      /**
       * Return whether the specified zone is a valid IANA specifier.
       * @param {string} zone - Zone to check
       * @return {boolean}
       */
      static isValidIANAZone(zone) {
        return IANAZone.isValidZone(zone);
      }
      /**
       * Converts the input into a {@link Zone} instance.
       *
       * * If `input` is already a Zone instance, it is returned unchanged.
       * * If `input` is a string containing a valid time zone name, a Zone instance
       *   with that name is returned.
       * * If `input` is a string that doesn't refer to a known time zone, a Zone
       *   instance with {@link Zone#isValid} == false is returned.
       * * If `input is a number, a Zone instance with the specified fixed offset
       *   in minutes is returned.
       * * If `input` is `null` or `undefined`, the default zone is returned.
       * @param {string|Zone|number} [input] - the value to be converted
       * @return {Zone}
       */
      static normalizeZone(input) {
        return normalizeZone(input, Settings.defaultZone);
      }
      /**
       * Get the weekday on which the week starts according to the given locale.
       * @param {Object} opts - options
       * @param {string} [opts.locale] - the locale code
       * @param {string} [opts.locObj=null] - an existing locale object to use
       * @returns {number} the start of the week, 1 for Monday through 7 for Sunday
       */
      static getStartOfWeek({
        locale = null,
        locObj = null
      } = {}) {
        return (locObj || Locale.create(locale)).getStartOfWeek();
      }
      /**
       * Get the minimum number of days necessary in a week before it is considered part of the next year according
       * to the given locale.
       * @param {Object} opts - options
       * @param {string} [opts.locale] - the locale code
       * @param {string} [opts.locObj=null] - an existing locale object to use
       * @returns {number}
       */
      static getMinimumDaysInFirstWeek({
        locale = null,
        locObj = null
      } = {}) {
        return (locObj || Locale.create(locale)).getMinDaysInFirstWeek();
      }
      /**
       * Get the weekdays, which are considered the weekend according to the given locale
       * @param {Object} opts - options
       * @param {string} [opts.locale] - the locale code
       * @param {string} [opts.locObj=null] - an existing locale object to use
       * @returns {number[]} an array of weekdays, 1 for Monday through 7 for Sunday
       */
      static getWeekendWeekdays({
        locale = null,
        locObj = null
      } = {}) {
        return (locObj || Locale.create(locale)).getWeekendDays().slice();
      }
      /**
       * Return an array of standalone month names.
       * @see https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/DateTimeFormat
       * @param {string} [length='long'] - the length of the month representation, such as "numeric", "2-digit", "narrow", "short", "long"
       * @param {Object} opts - options
       * @param {string} [opts.locale] - the locale code
       * @param {string} [opts.numberingSystem=null] - the numbering system
       * @param {string} [opts.locObj=null] - an existing locale object to use
       * @param {string} [opts.outputCalendar='gregory'] - the calendar
       * @example Info.months()[0] //=> 'January'
       * @example Info.months('short')[0] //=> 'Jan'
       * @example Info.months('numeric')[0] //=> '1'
       * @example Info.months('short', { locale: 'fr-CA' } )[0] //=> 'janv.'
       * @example Info.months('numeric', { locale: 'ar' })[0] //=> '١'
       * @example Info.months('long', { outputCalendar: 'islamic' })[0] //=> 'Rabiʻ I'
       * @return {Array}
       */
      static months(length = "long", {
        locale = null,
        numberingSystem = null,
        locObj = null,
        outputCalendar = "gregory"
      } = {}) {
        return (locObj || Locale.create(locale, numberingSystem, outputCalendar)).months(length);
      }
      /**
       * Return an array of format month names.
       * Format months differ from standalone months in that they're meant to appear next to the day of the month. In some languages, that
       * changes the string.
       * See {@link Info#months}
       * @param {string} [length='long'] - the length of the month representation, such as "numeric", "2-digit", "narrow", "short", "long"
       * @param {Object} opts - options
       * @param {string} [opts.locale] - the locale code
       * @param {string} [opts.numberingSystem=null] - the numbering system
       * @param {string} [opts.locObj=null] - an existing locale object to use
       * @param {string} [opts.outputCalendar='gregory'] - the calendar
       * @return {Array}
       */
      static monthsFormat(length = "long", {
        locale = null,
        numberingSystem = null,
        locObj = null,
        outputCalendar = "gregory"
      } = {}) {
        return (locObj || Locale.create(locale, numberingSystem, outputCalendar)).months(length, true);
      }
      /**
       * Return an array of standalone week names.
       * @see https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/DateTimeFormat
       * @param {string} [length='long'] - the length of the weekday representation, such as "narrow", "short", "long".
       * @param {Object} opts - options
       * @param {string} [opts.locale] - the locale code
       * @param {string} [opts.numberingSystem=null] - the numbering system
       * @param {string} [opts.locObj=null] - an existing locale object to use
       * @example Info.weekdays()[0] //=> 'Monday'
       * @example Info.weekdays('short')[0] //=> 'Mon'
       * @example Info.weekdays('short', { locale: 'fr-CA' })[0] //=> 'lun.'
       * @example Info.weekdays('short', { locale: 'ar' })[0] //=> 'الاثنين'
       * @return {Array}
       */
      static weekdays(length = "long", {
        locale = null,
        numberingSystem = null,
        locObj = null
      } = {}) {
        return (locObj || Locale.create(locale, numberingSystem, null)).weekdays(length);
      }
      /**
       * Return an array of format week names.
       * Format weekdays differ from standalone weekdays in that they're meant to appear next to more date information. In some languages, that
       * changes the string.
       * See {@link Info#weekdays}
       * @param {string} [length='long'] - the length of the month representation, such as "narrow", "short", "long".
       * @param {Object} opts - options
       * @param {string} [opts.locale=null] - the locale code
       * @param {string} [opts.numberingSystem=null] - the numbering system
       * @param {string} [opts.locObj=null] - an existing locale object to use
       * @return {Array}
       */
      static weekdaysFormat(length = "long", {
        locale = null,
        numberingSystem = null,
        locObj = null
      } = {}) {
        return (locObj || Locale.create(locale, numberingSystem, null)).weekdays(length, true);
      }
      /**
       * Return an array of meridiems.
       * @param {Object} opts - options
       * @param {string} [opts.locale] - the locale code
       * @example Info.meridiems() //=> [ 'AM', 'PM' ]
       * @example Info.meridiems({ locale: 'my' }) //=> [ 'နံနက်', 'ညနေ' ]
       * @return {Array}
       */
      static meridiems({
        locale = null
      } = {}) {
        return Locale.create(locale).meridiems();
      }
      /**
       * Return an array of eras, such as ['BC', 'AD']. The locale can be specified, but the calendar system is always Gregorian.
       * @param {string} [length='short'] - the length of the era representation, such as "short" or "long".
       * @param {Object} opts - options
       * @param {string} [opts.locale] - the locale code
       * @example Info.eras() //=> [ 'BC', 'AD' ]
       * @example Info.eras('long') //=> [ 'Before Christ', 'Anno Domini' ]
       * @example Info.eras('long', { locale: 'fr' }) //=> [ 'avant Jésus-Christ', 'après Jésus-Christ' ]
       * @return {Array}
       */
      static eras(length = "short", {
        locale = null
      } = {}) {
        return Locale.create(locale, null, "gregory").eras(length);
      }
      /**
       * Return the set of available features in this environment.
       * Some features of Luxon are not available in all environments. For example, on older browsers, relative time formatting support is not available. Use this function to figure out if that's the case.
       * Keys:
       * * `relative`: whether this environment supports relative time formatting
       * * `localeWeek`: whether this environment supports different weekdays for the start of the week based on the locale
       * @example Info.features() //=> { relative: false, localeWeek: true }
       * @return {Object}
       */
      static features() {
        return {
          relative: hasRelative(),
          localeWeek: hasLocaleWeekInfo()
        };
      }
    };
    function dayDiff(earlier, later) {
      const utcDayStart = (dt) => dt.toUTC(0, {
        keepLocalTime: true
      }).startOf("day").valueOf(), ms = utcDayStart(later) - utcDayStart(earlier);
      return Math.floor(Duration.fromMillis(ms).as("days"));
    }
    function highOrderDiffs(cursor, later, units) {
      const differs = [["years", (a, b) => b.year - a.year], ["quarters", (a, b) => b.quarter - a.quarter + (b.year - a.year) * 4], ["months", (a, b) => b.month - a.month + (b.year - a.year) * 12], ["weeks", (a, b) => {
        const days = dayDiff(a, b);
        return (days - days % 7) / 7;
      }], ["days", dayDiff]];
      const results = {};
      const earlier = cursor;
      let lowestOrder, highWater;
      for (const [unit, differ] of differs) {
        if (units.indexOf(unit) >= 0) {
          lowestOrder = unit;
          results[unit] = differ(cursor, later);
          highWater = earlier.plus(results);
          if (highWater > later) {
            results[unit]--;
            cursor = earlier.plus(results);
            if (cursor > later) {
              highWater = cursor;
              results[unit]--;
              cursor = earlier.plus(results);
            }
          } else {
            cursor = highWater;
          }
        }
      }
      return [cursor, results, highWater, lowestOrder];
    }
    function diff(earlier, later, units, opts) {
      let [cursor, results, highWater, lowestOrder] = highOrderDiffs(earlier, later, units);
      const remainingMillis = later - cursor;
      const lowerOrderUnits = units.filter((u) => ["hours", "minutes", "seconds", "milliseconds"].indexOf(u) >= 0);
      if (lowerOrderUnits.length === 0) {
        if (highWater < later) {
          highWater = cursor.plus({
            [lowestOrder]: 1
          });
        }
        if (highWater !== cursor) {
          results[lowestOrder] = (results[lowestOrder] || 0) + remainingMillis / (highWater - cursor);
        }
      }
      const duration = Duration.fromObject(results, opts);
      if (lowerOrderUnits.length > 0) {
        return Duration.fromMillis(remainingMillis, opts).shiftTo(...lowerOrderUnits).plus(duration);
      } else {
        return duration;
      }
    }
    var MISSING_FTP = "missing Intl.DateTimeFormat.formatToParts support";
    function intUnit(regex, post2 = (i) => i) {
      return {
        regex,
        deser: ([s2]) => post2(parseDigits(s2))
      };
    }
    var NBSP = String.fromCharCode(160);
    var spaceOrNBSP = `[ ${NBSP}]`;
    var spaceOrNBSPRegExp = new RegExp(spaceOrNBSP, "g");
    function fixListRegex(s2) {
      return s2.replace(/\./g, "\\.?").replace(spaceOrNBSPRegExp, spaceOrNBSP);
    }
    function stripInsensitivities(s2) {
      return s2.replace(/\./g, "").replace(spaceOrNBSPRegExp, " ").toLowerCase();
    }
    function oneOf2(strings, startIndex) {
      if (strings === null) {
        return null;
      } else {
        return {
          regex: RegExp(strings.map(fixListRegex).join("|")),
          deser: ([s2]) => strings.findIndex((i) => stripInsensitivities(s2) === stripInsensitivities(i)) + startIndex
        };
      }
    }
    function offset(regex, groups) {
      return {
        regex,
        deser: ([, h, m]) => signedOffset(h, m),
        groups
      };
    }
    function simple(regex) {
      return {
        regex,
        deser: ([s2]) => s2
      };
    }
    function escapeToken(value) {
      return value.replace(/[\-\[\]{}()*+?.,\\\^$|#\s]/g, "\\$&");
    }
    function unitForToken(token, loc) {
      const one = digitRegex(loc), two = digitRegex(loc, "{2}"), three = digitRegex(loc, "{3}"), four = digitRegex(loc, "{4}"), six = digitRegex(loc, "{6}"), oneOrTwo = digitRegex(loc, "{1,2}"), oneToThree = digitRegex(loc, "{1,3}"), oneToSix = digitRegex(loc, "{1,6}"), oneToNine = digitRegex(loc, "{1,9}"), twoToFour = digitRegex(loc, "{2,4}"), fourToSix = digitRegex(loc, "{4,6}"), literal = (t) => ({
        regex: RegExp(escapeToken(t.val)),
        deser: ([s2]) => s2,
        literal: true
      }), unitate = (t) => {
        if (token.literal) {
          return literal(t);
        }
        switch (t.val) {
          // era
          case "G":
            return oneOf2(loc.eras("short"), 0);
          case "GG":
            return oneOf2(loc.eras("long"), 0);
          // years
          case "y":
            return intUnit(oneToSix);
          case "yy":
            return intUnit(twoToFour, untruncateYear);
          case "yyyy":
            return intUnit(four);
          case "yyyyy":
            return intUnit(fourToSix);
          case "yyyyyy":
            return intUnit(six);
          // months
          case "M":
            return intUnit(oneOrTwo);
          case "MM":
            return intUnit(two);
          case "MMM":
            return oneOf2(loc.months("short", true), 1);
          case "MMMM":
            return oneOf2(loc.months("long", true), 1);
          case "L":
            return intUnit(oneOrTwo);
          case "LL":
            return intUnit(two);
          case "LLL":
            return oneOf2(loc.months("short", false), 1);
          case "LLLL":
            return oneOf2(loc.months("long", false), 1);
          // dates
          case "d":
            return intUnit(oneOrTwo);
          case "dd":
            return intUnit(two);
          // ordinals
          case "o":
            return intUnit(oneToThree);
          case "ooo":
            return intUnit(three);
          // time
          case "HH":
            return intUnit(two);
          case "H":
            return intUnit(oneOrTwo);
          case "hh":
            return intUnit(two);
          case "h":
            return intUnit(oneOrTwo);
          case "mm":
            return intUnit(two);
          case "m":
            return intUnit(oneOrTwo);
          case "q":
            return intUnit(oneOrTwo);
          case "qq":
            return intUnit(two);
          case "s":
            return intUnit(oneOrTwo);
          case "ss":
            return intUnit(two);
          case "S":
            return intUnit(oneToThree);
          case "SSS":
            return intUnit(three);
          case "u":
            return simple(oneToNine);
          case "uu":
            return simple(oneOrTwo);
          case "uuu":
            return intUnit(one);
          // meridiem
          case "a":
            return oneOf2(loc.meridiems(), 0);
          // weekYear (k)
          case "kkkk":
            return intUnit(four);
          case "kk":
            return intUnit(twoToFour, untruncateYear);
          // weekNumber (W)
          case "W":
            return intUnit(oneOrTwo);
          case "WW":
            return intUnit(two);
          // weekdays
          case "E":
          case "c":
            return intUnit(one);
          case "EEE":
            return oneOf2(loc.weekdays("short", false), 1);
          case "EEEE":
            return oneOf2(loc.weekdays("long", false), 1);
          case "ccc":
            return oneOf2(loc.weekdays("short", true), 1);
          case "cccc":
            return oneOf2(loc.weekdays("long", true), 1);
          // offset/zone
          case "Z":
          case "ZZ":
            return offset(new RegExp(`([+-]${oneOrTwo.source})(?::(${two.source}))?`), 2);
          case "ZZZ":
            return offset(new RegExp(`([+-]${oneOrTwo.source})(${two.source})?`), 2);
          // we don't support ZZZZ (PST) or ZZZZZ (Pacific Standard Time) in parsing
          // because we don't have any way to figure out what they are
          case "z":
            return simple(/[a-z_+-/]{1,256}?/i);
          // this special-case "token" represents a place where a macro-token expanded into a white-space literal
          // in this case we accept any non-newline white-space
          case " ":
            return simple(/[^\S\n\r]/);
          default:
            return literal(t);
        }
      };
      const unit = unitate(token) || {
        invalidReason: MISSING_FTP
      };
      unit.token = token;
      return unit;
    }
    var partTypeStyleToTokenVal = {
      year: {
        "2-digit": "yy",
        numeric: "yyyyy"
      },
      month: {
        numeric: "M",
        "2-digit": "MM",
        short: "MMM",
        long: "MMMM"
      },
      day: {
        numeric: "d",
        "2-digit": "dd"
      },
      weekday: {
        short: "EEE",
        long: "EEEE"
      },
      dayperiod: "a",
      dayPeriod: "a",
      hour12: {
        numeric: "h",
        "2-digit": "hh"
      },
      hour24: {
        numeric: "H",
        "2-digit": "HH"
      },
      minute: {
        numeric: "m",
        "2-digit": "mm"
      },
      second: {
        numeric: "s",
        "2-digit": "ss"
      },
      timeZoneName: {
        long: "ZZZZZ",
        short: "ZZZ"
      }
    };
    function tokenForPart(part, formatOpts, resolvedOpts) {
      const {
        type,
        value
      } = part;
      if (type === "literal") {
        const isSpace = /^\s+$/.test(value);
        return {
          literal: !isSpace,
          val: isSpace ? " " : value
        };
      }
      const style = formatOpts[type];
      let actualType = type;
      if (type === "hour") {
        if (formatOpts.hour12 != null) {
          actualType = formatOpts.hour12 ? "hour12" : "hour24";
        } else if (formatOpts.hourCycle != null) {
          if (formatOpts.hourCycle === "h11" || formatOpts.hourCycle === "h12") {
            actualType = "hour12";
          } else {
            actualType = "hour24";
          }
        } else {
          actualType = resolvedOpts.hour12 ? "hour12" : "hour24";
        }
      }
      let val = partTypeStyleToTokenVal[actualType];
      if (typeof val === "object") {
        val = val[style];
      }
      if (val) {
        return {
          literal: false,
          val
        };
      }
      return void 0;
    }
    function buildRegex(units) {
      const re = units.map((u) => u.regex).reduce((f, r) => `${f}(${r.source})`, "");
      return [`^${re}$`, units];
    }
    function match(input, regex, handlers) {
      const matches2 = input.match(regex);
      if (matches2) {
        const all = {};
        let matchIndex = 1;
        for (const i in handlers) {
          if (hasOwnProperty(handlers, i)) {
            const h = handlers[i], groups = h.groups ? h.groups + 1 : 1;
            if (!h.literal && h.token) {
              all[h.token.val[0]] = h.deser(matches2.slice(matchIndex, matchIndex + groups));
            }
            matchIndex += groups;
          }
        }
        return [matches2, all];
      } else {
        return [matches2, {}];
      }
    }
    function dateTimeFromMatches(matches2) {
      const toField = (token) => {
        switch (token) {
          case "S":
            return "millisecond";
          case "s":
            return "second";
          case "m":
            return "minute";
          case "h":
          case "H":
            return "hour";
          case "d":
            return "day";
          case "o":
            return "ordinal";
          case "L":
          case "M":
            return "month";
          case "y":
            return "year";
          case "E":
          case "c":
            return "weekday";
          case "W":
            return "weekNumber";
          case "k":
            return "weekYear";
          case "q":
            return "quarter";
          default:
            return null;
        }
      };
      let zone = null;
      let specificOffset;
      if (!isUndefined(matches2.z)) {
        zone = IANAZone.create(matches2.z);
      }
      if (!isUndefined(matches2.Z)) {
        if (!zone) {
          zone = new FixedOffsetZone(matches2.Z);
        }
        specificOffset = matches2.Z;
      }
      if (!isUndefined(matches2.q)) {
        matches2.M = (matches2.q - 1) * 3 + 1;
      }
      if (!isUndefined(matches2.h)) {
        if (matches2.h < 12 && matches2.a === 1) {
          matches2.h += 12;
        } else if (matches2.h === 12 && matches2.a === 0) {
          matches2.h = 0;
        }
      }
      if (matches2.G === 0 && matches2.y) {
        matches2.y = -matches2.y;
      }
      if (!isUndefined(matches2.u)) {
        matches2.S = parseMillis(matches2.u);
      }
      const vals = Object.keys(matches2).reduce((r, k) => {
        const f = toField(k);
        if (f) {
          r[f] = matches2[k];
        }
        return r;
      }, {});
      return [vals, zone, specificOffset];
    }
    var dummyDateTimeCache = null;
    function getDummyDateTime() {
      if (!dummyDateTimeCache) {
        dummyDateTimeCache = DateTime.fromMillis(1555555555555);
      }
      return dummyDateTimeCache;
    }
    function maybeExpandMacroToken(token, locale) {
      if (token.literal) {
        return token;
      }
      const formatOpts = Formatter.macroTokenToFormatOpts(token.val);
      const tokens = formatOptsToTokens(formatOpts, locale);
      if (tokens == null || tokens.includes(void 0)) {
        return token;
      }
      return tokens;
    }
    function expandMacroTokens(tokens, locale) {
      return Array.prototype.concat(...tokens.map((t) => maybeExpandMacroToken(t, locale)));
    }
    var TokenParser = class {
      constructor(locale, format) {
        this.locale = locale;
        this.format = format;
        this.tokens = expandMacroTokens(Formatter.parseFormat(format), locale);
        this.units = this.tokens.map((t) => unitForToken(t, locale));
        this.disqualifyingUnit = this.units.find((t) => t.invalidReason);
        if (!this.disqualifyingUnit) {
          const [regexString, handlers] = buildRegex(this.units);
          this.regex = RegExp(regexString, "i");
          this.handlers = handlers;
        }
      }
      explainFromTokens(input) {
        if (!this.isValid) {
          return {
            input,
            tokens: this.tokens,
            invalidReason: this.invalidReason
          };
        } else {
          const [rawMatches, matches2] = match(input, this.regex, this.handlers), [result, zone, specificOffset] = matches2 ? dateTimeFromMatches(matches2) : [null, null, void 0];
          if (hasOwnProperty(matches2, "a") && hasOwnProperty(matches2, "H")) {
            throw new ConflictingSpecificationError("Can't include meridiem when specifying 24-hour format");
          }
          return {
            input,
            tokens: this.tokens,
            regex: this.regex,
            rawMatches,
            matches: matches2,
            result,
            zone,
            specificOffset
          };
        }
      }
      get isValid() {
        return !this.disqualifyingUnit;
      }
      get invalidReason() {
        return this.disqualifyingUnit ? this.disqualifyingUnit.invalidReason : null;
      }
    };
    function explainFromTokens(locale, input, format) {
      const parser = new TokenParser(locale, format);
      return parser.explainFromTokens(input);
    }
    function parseFromTokens(locale, input, format) {
      const {
        result,
        zone,
        specificOffset,
        invalidReason
      } = explainFromTokens(locale, input, format);
      return [result, zone, specificOffset, invalidReason];
    }
    function formatOptsToTokens(formatOpts, locale) {
      if (!formatOpts) {
        return null;
      }
      const formatter = Formatter.create(locale, formatOpts);
      const df = formatter.dtFormatter(getDummyDateTime());
      const parts = df.formatToParts();
      const resolvedOpts = df.resolvedOptions();
      return parts.map((p) => tokenForPart(p, formatOpts, resolvedOpts));
    }
    var INVALID = "Invalid DateTime";
    var MAX_DATE = 864e13;
    function unsupportedZone(zone) {
      return new Invalid("unsupported zone", `the zone "${zone.name}" is not supported`);
    }
    function possiblyCachedWeekData(dt) {
      if (dt.weekData === null) {
        dt.weekData = gregorianToWeek(dt.c);
      }
      return dt.weekData;
    }
    function possiblyCachedLocalWeekData(dt) {
      if (dt.localWeekData === null) {
        dt.localWeekData = gregorianToWeek(dt.c, dt.loc.getMinDaysInFirstWeek(), dt.loc.getStartOfWeek());
      }
      return dt.localWeekData;
    }
    function clone(inst, alts) {
      const current = {
        ts: inst.ts,
        zone: inst.zone,
        c: inst.c,
        o: inst.o,
        loc: inst.loc,
        invalid: inst.invalid
      };
      return new DateTime({
        ...current,
        ...alts,
        old: current
      });
    }
    function fixOffset(localTS, o, tz) {
      let utcGuess = localTS - o * 60 * 1e3;
      const o2 = tz.offset(utcGuess);
      if (o === o2) {
        return [utcGuess, o];
      }
      utcGuess -= (o2 - o) * 60 * 1e3;
      const o3 = tz.offset(utcGuess);
      if (o2 === o3) {
        return [utcGuess, o2];
      }
      return [localTS - Math.min(o2, o3) * 60 * 1e3, Math.max(o2, o3)];
    }
    function tsToObj(ts, offset2) {
      ts += offset2 * 60 * 1e3;
      const d = new Date(ts);
      return {
        year: d.getUTCFullYear(),
        month: d.getUTCMonth() + 1,
        day: d.getUTCDate(),
        hour: d.getUTCHours(),
        minute: d.getUTCMinutes(),
        second: d.getUTCSeconds(),
        millisecond: d.getUTCMilliseconds()
      };
    }
    function objToTS(obj, offset2, zone) {
      return fixOffset(objToLocalTS(obj), offset2, zone);
    }
    function adjustTime(inst, dur) {
      const oPre = inst.o, year = inst.c.year + Math.trunc(dur.years), month = inst.c.month + Math.trunc(dur.months) + Math.trunc(dur.quarters) * 3, c = {
        ...inst.c,
        year,
        month,
        day: Math.min(inst.c.day, daysInMonth(year, month)) + Math.trunc(dur.days) + Math.trunc(dur.weeks) * 7
      }, millisToAdd = Duration.fromObject({
        years: dur.years - Math.trunc(dur.years),
        quarters: dur.quarters - Math.trunc(dur.quarters),
        months: dur.months - Math.trunc(dur.months),
        weeks: dur.weeks - Math.trunc(dur.weeks),
        days: dur.days - Math.trunc(dur.days),
        hours: dur.hours,
        minutes: dur.minutes,
        seconds: dur.seconds,
        milliseconds: dur.milliseconds
      }).as("milliseconds"), localTS = objToLocalTS(c);
      let [ts, o] = fixOffset(localTS, oPre, inst.zone);
      if (millisToAdd !== 0) {
        ts += millisToAdd;
        o = inst.zone.offset(ts);
      }
      return {
        ts,
        o
      };
    }
    function parseDataToDateTime(parsed, parsedZone, opts, format, text, specificOffset) {
      const {
        setZone,
        zone
      } = opts;
      if (parsed && Object.keys(parsed).length !== 0 || parsedZone) {
        const interpretationZone = parsedZone || zone, inst = DateTime.fromObject(parsed, {
          ...opts,
          zone: interpretationZone,
          specificOffset
        });
        return setZone ? inst : inst.setZone(zone);
      } else {
        return DateTime.invalid(new Invalid("unparsable", `the input "${text}" can't be parsed as ${format}`));
      }
    }
    function toTechFormat(dt, format, allowZ = true) {
      return dt.isValid ? Formatter.create(Locale.create("en-US"), {
        allowZ,
        forceSimple: true
      }).formatDateTimeFromString(dt, format) : null;
    }
    function toISODate(o, extended, precision) {
      const longFormat = o.c.year > 9999 || o.c.year < 0;
      let c = "";
      if (longFormat && o.c.year >= 0) c += "+";
      c += padStart(o.c.year, longFormat ? 6 : 4);
      if (precision === "year") return c;
      if (extended) {
        c += "-";
        c += padStart(o.c.month);
        if (precision === "month") return c;
        c += "-";
      } else {
        c += padStart(o.c.month);
        if (precision === "month") return c;
      }
      c += padStart(o.c.day);
      return c;
    }
    function toISOTime(o, extended, suppressSeconds, suppressMilliseconds, includeOffset, extendedZone, precision) {
      let showSeconds = !suppressSeconds || o.c.millisecond !== 0 || o.c.second !== 0, c = "";
      switch (precision) {
        case "day":
        case "month":
        case "year":
          break;
        default:
          c += padStart(o.c.hour);
          if (precision === "hour") break;
          if (extended) {
            c += ":";
            c += padStart(o.c.minute);
            if (precision === "minute") break;
            if (showSeconds) {
              c += ":";
              c += padStart(o.c.second);
            }
          } else {
            c += padStart(o.c.minute);
            if (precision === "minute") break;
            if (showSeconds) {
              c += padStart(o.c.second);
            }
          }
          if (precision === "second") break;
          if (showSeconds && (!suppressMilliseconds || o.c.millisecond !== 0)) {
            c += ".";
            c += padStart(o.c.millisecond, 3);
          }
      }
      if (includeOffset) {
        if (o.isOffsetFixed && o.offset === 0 && !extendedZone) {
          c += "Z";
        } else if (o.o < 0) {
          c += "-";
          c += padStart(Math.trunc(-o.o / 60));
          c += ":";
          c += padStart(Math.trunc(-o.o % 60));
        } else {
          c += "+";
          c += padStart(Math.trunc(o.o / 60));
          c += ":";
          c += padStart(Math.trunc(o.o % 60));
        }
      }
      if (extendedZone) {
        c += "[" + o.zone.ianaName + "]";
      }
      return c;
    }
    var defaultUnitValues = {
      month: 1,
      day: 1,
      hour: 0,
      minute: 0,
      second: 0,
      millisecond: 0
    };
    var defaultWeekUnitValues = {
      weekNumber: 1,
      weekday: 1,
      hour: 0,
      minute: 0,
      second: 0,
      millisecond: 0
    };
    var defaultOrdinalUnitValues = {
      ordinal: 1,
      hour: 0,
      minute: 0,
      second: 0,
      millisecond: 0
    };
    var orderedUnits = ["year", "month", "day", "hour", "minute", "second", "millisecond"];
    var orderedWeekUnits = ["weekYear", "weekNumber", "weekday", "hour", "minute", "second", "millisecond"];
    var orderedOrdinalUnits = ["year", "ordinal", "hour", "minute", "second", "millisecond"];
    function normalizeUnit(unit) {
      const normalized = {
        year: "year",
        years: "year",
        month: "month",
        months: "month",
        day: "day",
        days: "day",
        hour: "hour",
        hours: "hour",
        minute: "minute",
        minutes: "minute",
        quarter: "quarter",
        quarters: "quarter",
        second: "second",
        seconds: "second",
        millisecond: "millisecond",
        milliseconds: "millisecond",
        weekday: "weekday",
        weekdays: "weekday",
        weeknumber: "weekNumber",
        weeksnumber: "weekNumber",
        weeknumbers: "weekNumber",
        weekyear: "weekYear",
        weekyears: "weekYear",
        ordinal: "ordinal"
      }[unit.toLowerCase()];
      if (!normalized) throw new InvalidUnitError(unit);
      return normalized;
    }
    function normalizeUnitWithLocalWeeks(unit) {
      switch (unit.toLowerCase()) {
        case "localweekday":
        case "localweekdays":
          return "localWeekday";
        case "localweeknumber":
        case "localweeknumbers":
          return "localWeekNumber";
        case "localweekyear":
        case "localweekyears":
          return "localWeekYear";
        default:
          return normalizeUnit(unit);
      }
    }
    function guessOffsetForZone(zone) {
      if (zoneOffsetTs === void 0) {
        zoneOffsetTs = Settings.now();
      }
      if (zone.type !== "iana") {
        return zone.offset(zoneOffsetTs);
      }
      const zoneName = zone.name;
      let offsetGuess = zoneOffsetGuessCache.get(zoneName);
      if (offsetGuess === void 0) {
        offsetGuess = zone.offset(zoneOffsetTs);
        zoneOffsetGuessCache.set(zoneName, offsetGuess);
      }
      return offsetGuess;
    }
    function quickDT(obj, opts) {
      const zone = normalizeZone(opts.zone, Settings.defaultZone);
      if (!zone.isValid) {
        return DateTime.invalid(unsupportedZone(zone));
      }
      const loc = Locale.fromObject(opts);
      let ts, o;
      if (!isUndefined(obj.year)) {
        for (const u of orderedUnits) {
          if (isUndefined(obj[u])) {
            obj[u] = defaultUnitValues[u];
          }
        }
        const invalid2 = hasInvalidGregorianData(obj) || hasInvalidTimeData(obj);
        if (invalid2) {
          return DateTime.invalid(invalid2);
        }
        const offsetProvis = guessOffsetForZone(zone);
        [ts, o] = objToTS(obj, offsetProvis, zone);
      } else {
        ts = Settings.now();
      }
      return new DateTime({
        ts,
        zone,
        loc,
        o
      });
    }
    function diffRelative(start, end, opts) {
      const round = isUndefined(opts.round) ? true : opts.round, rounding = isUndefined(opts.rounding) ? "trunc" : opts.rounding, format = (c, unit) => {
        c = roundTo(c, round || opts.calendary ? 0 : 2, opts.calendary ? "round" : rounding);
        const formatter = end.loc.clone(opts).relFormatter(opts);
        return formatter.format(c, unit);
      }, differ = (unit) => {
        if (opts.calendary) {
          if (!end.hasSame(start, unit)) {
            return end.startOf(unit).diff(start.startOf(unit), unit).get(unit);
          } else return 0;
        } else {
          return end.diff(start, unit).get(unit);
        }
      };
      if (opts.unit) {
        return format(differ(opts.unit), opts.unit);
      }
      for (const unit of opts.units) {
        const count = differ(unit);
        if (Math.abs(count) >= 1) {
          return format(count, unit);
        }
      }
      return format(start > end ? -0 : 0, opts.units[opts.units.length - 1]);
    }
    function lastOpts(argList) {
      let opts = {}, args;
      if (argList.length > 0 && typeof argList[argList.length - 1] === "object") {
        opts = argList[argList.length - 1];
        args = Array.from(argList).slice(0, argList.length - 1);
      } else {
        args = Array.from(argList);
      }
      return [opts, args];
    }
    var zoneOffsetTs;
    var zoneOffsetGuessCache = /* @__PURE__ */ new Map();
    var DateTime = class _DateTime {
      /**
       * @access private
       */
      constructor(config4) {
        const zone = config4.zone || Settings.defaultZone;
        let invalid2 = config4.invalid || (Number.isNaN(config4.ts) ? new Invalid("invalid input") : null) || (!zone.isValid ? unsupportedZone(zone) : null);
        this.ts = isUndefined(config4.ts) ? Settings.now() : config4.ts;
        let c = null, o = null;
        if (!invalid2) {
          const unchanged = config4.old && config4.old.ts === this.ts && config4.old.zone.equals(zone);
          if (unchanged) {
            [c, o] = [config4.old.c, config4.old.o];
          } else {
            const ot = isNumber(config4.o) && !config4.old ? config4.o : zone.offset(this.ts);
            c = tsToObj(this.ts, ot);
            invalid2 = Number.isNaN(c.year) ? new Invalid("invalid input") : null;
            c = invalid2 ? null : c;
            o = invalid2 ? null : ot;
          }
        }
        this._zone = zone;
        this.loc = config4.loc || Locale.create();
        this.invalid = invalid2;
        this.weekData = null;
        this.localWeekData = null;
        this.c = c;
        this.o = o;
        this.isLuxonDateTime = true;
      }
      // CONSTRUCT
      /**
       * Create a DateTime for the current instant, in the system's time zone.
       *
       * Use Settings to override these default values if needed.
       * @example DateTime.now().toISO() //~> now in the ISO format
       * @return {DateTime}
       */
      static now() {
        return new _DateTime({});
      }
      /**
       * Create a local DateTime
       * @param {number} [year] - The calendar year. If omitted (as in, call `local()` with no arguments), the current time will be used
       * @param {number} [month=1] - The month, 1-indexed
       * @param {number} [day=1] - The day of the month, 1-indexed
       * @param {number} [hour=0] - The hour of the day, in 24-hour time
       * @param {number} [minute=0] - The minute of the hour, meaning a number between 0 and 59
       * @param {number} [second=0] - The second of the minute, meaning a number between 0 and 59
       * @param {number} [millisecond=0] - The millisecond of the second, meaning a number between 0 and 999
       * @example DateTime.local()                                  //~> now
       * @example DateTime.local({ zone: "America/New_York" })      //~> now, in US east coast time
       * @example DateTime.local(2017)                              //~> 2017-01-01T00:00:00
       * @example DateTime.local(2017, 3)                           //~> 2017-03-01T00:00:00
       * @example DateTime.local(2017, 3, 12, { locale: "fr" })     //~> 2017-03-12T00:00:00, with a French locale
       * @example DateTime.local(2017, 3, 12, 5)                    //~> 2017-03-12T05:00:00
       * @example DateTime.local(2017, 3, 12, 5, { zone: "utc" })   //~> 2017-03-12T05:00:00, in UTC
       * @example DateTime.local(2017, 3, 12, 5, 45)                //~> 2017-03-12T05:45:00
       * @example DateTime.local(2017, 3, 12, 5, 45, 10)            //~> 2017-03-12T05:45:10
       * @example DateTime.local(2017, 3, 12, 5, 45, 10, 765)       //~> 2017-03-12T05:45:10.765
       * @return {DateTime}
       */
      static local() {
        const [opts, args] = lastOpts(arguments), [year, month, day, hour, minute, second, millisecond] = args;
        return quickDT({
          year,
          month,
          day,
          hour,
          minute,
          second,
          millisecond
        }, opts);
      }
      /**
       * Create a DateTime in UTC
       * @param {number} [year] - The calendar year. If omitted (as in, call `utc()` with no arguments), the current time will be used
       * @param {number} [month=1] - The month, 1-indexed
       * @param {number} [day=1] - The day of the month
       * @param {number} [hour=0] - The hour of the day, in 24-hour time
       * @param {number} [minute=0] - The minute of the hour, meaning a number between 0 and 59
       * @param {number} [second=0] - The second of the minute, meaning a number between 0 and 59
       * @param {number} [millisecond=0] - The millisecond of the second, meaning a number between 0 and 999
       * @param {Object} options - configuration options for the DateTime
       * @param {string} [options.locale] - a locale to set on the resulting DateTime instance
       * @param {string} [options.outputCalendar] - the output calendar to set on the resulting DateTime instance
       * @param {string} [options.numberingSystem] - the numbering system to set on the resulting DateTime instance
       * @param {string} [options.weekSettings] - the week settings to set on the resulting DateTime instance
       * @example DateTime.utc()                                              //~> now
       * @example DateTime.utc(2017)                                          //~> 2017-01-01T00:00:00Z
       * @example DateTime.utc(2017, 3)                                       //~> 2017-03-01T00:00:00Z
       * @example DateTime.utc(2017, 3, 12)                                   //~> 2017-03-12T00:00:00Z
       * @example DateTime.utc(2017, 3, 12, 5)                                //~> 2017-03-12T05:00:00Z
       * @example DateTime.utc(2017, 3, 12, 5, 45)                            //~> 2017-03-12T05:45:00Z
       * @example DateTime.utc(2017, 3, 12, 5, 45, { locale: "fr" })          //~> 2017-03-12T05:45:00Z with a French locale
       * @example DateTime.utc(2017, 3, 12, 5, 45, 10)                        //~> 2017-03-12T05:45:10Z
       * @example DateTime.utc(2017, 3, 12, 5, 45, 10, 765, { locale: "fr" }) //~> 2017-03-12T05:45:10.765Z with a French locale
       * @return {DateTime}
       */
      static utc() {
        const [opts, args] = lastOpts(arguments), [year, month, day, hour, minute, second, millisecond] = args;
        opts.zone = FixedOffsetZone.utcInstance;
        return quickDT({
          year,
          month,
          day,
          hour,
          minute,
          second,
          millisecond
        }, opts);
      }
      /**
       * Create a DateTime from a JavaScript Date object. Uses the default zone.
       * @param {Date} date - a JavaScript Date object
       * @param {Object} options - configuration options for the DateTime
       * @param {string|Zone} [options.zone='local'] - the zone to place the DateTime into
       * @return {DateTime}
       */
      static fromJSDate(date, options = {}) {
        const ts = isDate(date) ? date.valueOf() : NaN;
        if (Number.isNaN(ts)) {
          return _DateTime.invalid("invalid input");
        }
        const zoneToUse = normalizeZone(options.zone, Settings.defaultZone);
        if (!zoneToUse.isValid) {
          return _DateTime.invalid(unsupportedZone(zoneToUse));
        }
        return new _DateTime({
          ts,
          zone: zoneToUse,
          loc: Locale.fromObject(options)
        });
      }
      /**
       * Create a DateTime from a number of milliseconds since the epoch (meaning since 1 January 1970 00:00:00 UTC). Uses the default zone.
       * @param {number} milliseconds - a number of milliseconds since 1970 UTC
       * @param {Object} options - configuration options for the DateTime
       * @param {string|Zone} [options.zone='local'] - the zone to place the DateTime into
       * @param {string} [options.locale] - a locale to set on the resulting DateTime instance
       * @param {string} options.outputCalendar - the output calendar to set on the resulting DateTime instance
       * @param {string} options.numberingSystem - the numbering system to set on the resulting DateTime instance
       * @param {string} options.weekSettings - the week settings to set on the resulting DateTime instance
       * @return {DateTime}
       */
      static fromMillis(milliseconds, options = {}) {
        if (!isNumber(milliseconds)) {
          throw new InvalidArgumentError(`fromMillis requires a numerical input, but received a ${typeof milliseconds} with value ${milliseconds}`);
        } else if (milliseconds < -MAX_DATE || milliseconds > MAX_DATE) {
          return _DateTime.invalid("Timestamp out of range");
        } else {
          return new _DateTime({
            ts: milliseconds,
            zone: normalizeZone(options.zone, Settings.defaultZone),
            loc: Locale.fromObject(options)
          });
        }
      }
      /**
       * Create a DateTime from a number of seconds since the epoch (meaning since 1 January 1970 00:00:00 UTC). Uses the default zone.
       * @param {number} seconds - a number of seconds since 1970 UTC
       * @param {Object} options - configuration options for the DateTime
       * @param {string|Zone} [options.zone='local'] - the zone to place the DateTime into
       * @param {string} [options.locale] - a locale to set on the resulting DateTime instance
       * @param {string} options.outputCalendar - the output calendar to set on the resulting DateTime instance
       * @param {string} options.numberingSystem - the numbering system to set on the resulting DateTime instance
       * @param {string} options.weekSettings - the week settings to set on the resulting DateTime instance
       * @return {DateTime}
       */
      static fromSeconds(seconds, options = {}) {
        if (!isNumber(seconds)) {
          throw new InvalidArgumentError("fromSeconds requires a numerical input");
        } else {
          return new _DateTime({
            ts: seconds * 1e3,
            zone: normalizeZone(options.zone, Settings.defaultZone),
            loc: Locale.fromObject(options)
          });
        }
      }
      /**
       * Create a DateTime from a JavaScript object with keys like 'year' and 'hour' with reasonable defaults.
       * @param {Object} obj - the object to create the DateTime from
       * @param {number} obj.year - a year, such as 1987
       * @param {number} obj.month - a month, 1-12
       * @param {number} obj.day - a day of the month, 1-31, depending on the month
       * @param {number} obj.ordinal - day of the year, 1-365 or 366
       * @param {number} obj.weekYear - an ISO week year
       * @param {number} obj.weekNumber - an ISO week number, between 1 and 52 or 53, depending on the year
       * @param {number} obj.weekday - an ISO weekday, 1-7, where 1 is Monday and 7 is Sunday
       * @param {number} obj.localWeekYear - a week year, according to the locale
       * @param {number} obj.localWeekNumber - a week number, between 1 and 52 or 53, depending on the year, according to the locale
       * @param {number} obj.localWeekday - a weekday, 1-7, where 1 is the first and 7 is the last day of the week, according to the locale
       * @param {number} obj.hour - hour of the day, 0-23
       * @param {number} obj.minute - minute of the hour, 0-59
       * @param {number} obj.second - second of the minute, 0-59
       * @param {number} obj.millisecond - millisecond of the second, 0-999
       * @param {Object} opts - options for creating this DateTime
       * @param {string|Zone} [opts.zone='local'] - interpret the numbers in the context of a particular zone. Can take any value taken as the first argument to setZone()
       * @param {string} [opts.locale='system\'s locale'] - a locale to set on the resulting DateTime instance
       * @param {string} opts.outputCalendar - the output calendar to set on the resulting DateTime instance
       * @param {string} opts.numberingSystem - the numbering system to set on the resulting DateTime instance
       * @param {string} opts.weekSettings - the week settings to set on the resulting DateTime instance
       * @example DateTime.fromObject({ year: 1982, month: 5, day: 25}).toISODate() //=> '1982-05-25'
       * @example DateTime.fromObject({ year: 1982 }).toISODate() //=> '1982-01-01'
       * @example DateTime.fromObject({ hour: 10, minute: 26, second: 6 }) //~> today at 10:26:06
       * @example DateTime.fromObject({ hour: 10, minute: 26, second: 6 }, { zone: 'utc' }),
       * @example DateTime.fromObject({ hour: 10, minute: 26, second: 6 }, { zone: 'local' })
       * @example DateTime.fromObject({ hour: 10, minute: 26, second: 6 }, { zone: 'America/New_York' })
       * @example DateTime.fromObject({ weekYear: 2016, weekNumber: 2, weekday: 3 }).toISODate() //=> '2016-01-13'
       * @example DateTime.fromObject({ localWeekYear: 2022, localWeekNumber: 1, localWeekday: 1 }, { locale: "en-US" }).toISODate() //=> '2021-12-26'
       * @return {DateTime}
       */
      static fromObject(obj, opts = {}) {
        obj = obj || {};
        const zoneToUse = normalizeZone(opts.zone, Settings.defaultZone);
        if (!zoneToUse.isValid) {
          return _DateTime.invalid(unsupportedZone(zoneToUse));
        }
        const loc = Locale.fromObject(opts);
        const normalized = normalizeObject(obj, normalizeUnitWithLocalWeeks);
        const {
          minDaysInFirstWeek,
          startOfWeek
        } = usesLocalWeekValues(normalized, loc);
        const tsNow = Settings.now(), offsetProvis = !isUndefined(opts.specificOffset) ? opts.specificOffset : zoneToUse.offset(tsNow), containsOrdinal = !isUndefined(normalized.ordinal), containsGregorYear = !isUndefined(normalized.year), containsGregorMD = !isUndefined(normalized.month) || !isUndefined(normalized.day), containsGregor = containsGregorYear || containsGregorMD, definiteWeekDef = normalized.weekYear || normalized.weekNumber;
        if ((containsGregor || containsOrdinal) && definiteWeekDef) {
          throw new ConflictingSpecificationError("Can't mix weekYear/weekNumber units with year/month/day or ordinals");
        }
        if (containsGregorMD && containsOrdinal) {
          throw new ConflictingSpecificationError("Can't mix ordinal dates with month/day");
        }
        const useWeekData = definiteWeekDef || normalized.weekday && !containsGregor;
        let units, defaultValues, objNow = tsToObj(tsNow, offsetProvis);
        if (useWeekData) {
          units = orderedWeekUnits;
          defaultValues = defaultWeekUnitValues;
          objNow = gregorianToWeek(objNow, minDaysInFirstWeek, startOfWeek);
        } else if (containsOrdinal) {
          units = orderedOrdinalUnits;
          defaultValues = defaultOrdinalUnitValues;
          objNow = gregorianToOrdinal(objNow);
        } else {
          units = orderedUnits;
          defaultValues = defaultUnitValues;
        }
        let foundFirst = false;
        for (const u of units) {
          const v = normalized[u];
          if (!isUndefined(v)) {
            foundFirst = true;
          } else if (foundFirst) {
            normalized[u] = defaultValues[u];
          } else {
            normalized[u] = objNow[u];
          }
        }
        const higherOrderInvalid = useWeekData ? hasInvalidWeekData(normalized, minDaysInFirstWeek, startOfWeek) : containsOrdinal ? hasInvalidOrdinalData(normalized) : hasInvalidGregorianData(normalized), invalid2 = higherOrderInvalid || hasInvalidTimeData(normalized);
        if (invalid2) {
          return _DateTime.invalid(invalid2);
        }
        const gregorian = useWeekData ? weekToGregorian(normalized, minDaysInFirstWeek, startOfWeek) : containsOrdinal ? ordinalToGregorian(normalized) : normalized, [tsFinal, offsetFinal] = objToTS(gregorian, offsetProvis, zoneToUse), inst = new _DateTime({
          ts: tsFinal,
          zone: zoneToUse,
          o: offsetFinal,
          loc
        });
        if (normalized.weekday && containsGregor && obj.weekday !== inst.weekday) {
          return _DateTime.invalid("mismatched weekday", `you can't specify both a weekday of ${normalized.weekday} and a date of ${inst.toISO()}`);
        }
        if (!inst.isValid) {
          return _DateTime.invalid(inst.invalid);
        }
        return inst;
      }
      /**
       * Create a DateTime from an ISO 8601 string
       * @param {string} text - the ISO string
       * @param {Object} opts - options to affect the creation
       * @param {string|Zone} [opts.zone='local'] - use this zone if no offset is specified in the input string itself. Will also convert the time to this zone
       * @param {boolean} [opts.setZone=false] - override the zone with a fixed-offset zone specified in the string itself, if it specifies one
       * @param {string} [opts.locale='system's locale'] - a locale to set on the resulting DateTime instance
       * @param {string} [opts.outputCalendar] - the output calendar to set on the resulting DateTime instance
       * @param {string} [opts.numberingSystem] - the numbering system to set on the resulting DateTime instance
       * @param {string} [opts.weekSettings] - the week settings to set on the resulting DateTime instance
       * @example DateTime.fromISO('2016-05-25T09:08:34.123')
       * @example DateTime.fromISO('2016-05-25T09:08:34.123+06:00')
       * @example DateTime.fromISO('2016-05-25T09:08:34.123+06:00', {setZone: true})
       * @example DateTime.fromISO('2016-05-25T09:08:34.123', {zone: 'utc'})
       * @example DateTime.fromISO('2016-W05-4')
       * @return {DateTime}
       */
      static fromISO(text, opts = {}) {
        const [vals, parsedZone] = parseISODate(text);
        return parseDataToDateTime(vals, parsedZone, opts, "ISO 8601", text);
      }
      /**
       * Create a DateTime from an RFC 2822 string
       * @param {string} text - the RFC 2822 string
       * @param {Object} opts - options to affect the creation
       * @param {string|Zone} [opts.zone='local'] - convert the time to this zone. Since the offset is always specified in the string itself, this has no effect on the interpretation of string, merely the zone the resulting DateTime is expressed in.
       * @param {boolean} [opts.setZone=false] - override the zone with a fixed-offset zone specified in the string itself, if it specifies one
       * @param {string} [opts.locale='system's locale'] - a locale to set on the resulting DateTime instance
       * @param {string} opts.outputCalendar - the output calendar to set on the resulting DateTime instance
       * @param {string} opts.numberingSystem - the numbering system to set on the resulting DateTime instance
       * @param {string} opts.weekSettings - the week settings to set on the resulting DateTime instance
       * @example DateTime.fromRFC2822('25 Nov 2016 13:23:12 GMT')
       * @example DateTime.fromRFC2822('Fri, 25 Nov 2016 13:23:12 +0600')
       * @example DateTime.fromRFC2822('25 Nov 2016 13:23 Z')
       * @return {DateTime}
       */
      static fromRFC2822(text, opts = {}) {
        const [vals, parsedZone] = parseRFC2822Date(text);
        return parseDataToDateTime(vals, parsedZone, opts, "RFC 2822", text);
      }
      /**
       * Create a DateTime from an HTTP header date
       * @see https://www.w3.org/Protocols/rfc2616/rfc2616-sec3.html#sec3.3.1
       * @param {string} text - the HTTP header date
       * @param {Object} opts - options to affect the creation
       * @param {string|Zone} [opts.zone='local'] - convert the time to this zone. Since HTTP dates are always in UTC, this has no effect on the interpretation of string, merely the zone the resulting DateTime is expressed in.
       * @param {boolean} [opts.setZone=false] - override the zone with the fixed-offset zone specified in the string. For HTTP dates, this is always UTC, so this option is equivalent to setting the `zone` option to 'utc', but this option is included for consistency with similar methods.
       * @param {string} [opts.locale='system's locale'] - a locale to set on the resulting DateTime instance
       * @param {string} opts.outputCalendar - the output calendar to set on the resulting DateTime instance
       * @param {string} opts.numberingSystem - the numbering system to set on the resulting DateTime instance
       * @param {string} opts.weekSettings - the week settings to set on the resulting DateTime instance
       * @example DateTime.fromHTTP('Sun, 06 Nov 1994 08:49:37 GMT')
       * @example DateTime.fromHTTP('Sunday, 06-Nov-94 08:49:37 GMT')
       * @example DateTime.fromHTTP('Sun Nov  6 08:49:37 1994')
       * @return {DateTime}
       */
      static fromHTTP(text, opts = {}) {
        const [vals, parsedZone] = parseHTTPDate(text);
        return parseDataToDateTime(vals, parsedZone, opts, "HTTP", opts);
      }
      /**
       * Create a DateTime from an input string and format string.
       * Defaults to en-US if no locale has been specified, regardless of the system's locale. For a table of tokens and their interpretations, see [here](https://moment.github.io/luxon/#/parsing?id=table-of-tokens).
       * @param {string} text - the string to parse
       * @param {string} fmt - the format the string is expected to be in (see the link below for the formats)
       * @param {Object} opts - options to affect the creation
       * @param {string|Zone} [opts.zone='local'] - use this zone if no offset is specified in the input string itself. Will also convert the DateTime to this zone
       * @param {boolean} [opts.setZone=false] - override the zone with a zone specified in the string itself, if it specifies one
       * @param {string} [opts.locale='en-US'] - a locale string to use when parsing. Will also set the DateTime to this locale
       * @param {string} opts.numberingSystem - the numbering system to use when parsing. Will also set the resulting DateTime to this numbering system
       * @param {string} opts.weekSettings - the week settings to set on the resulting DateTime instance
       * @param {string} opts.outputCalendar - the output calendar to set on the resulting DateTime instance
       * @return {DateTime}
       */
      static fromFormat(text, fmt, opts = {}) {
        if (isUndefined(text) || isUndefined(fmt)) {
          throw new InvalidArgumentError("fromFormat requires an input string and a format");
        }
        const {
          locale = null,
          numberingSystem = null
        } = opts, localeToUse = Locale.fromOpts({
          locale,
          numberingSystem,
          defaultToEN: true
        }), [vals, parsedZone, specificOffset, invalid2] = parseFromTokens(localeToUse, text, fmt);
        if (invalid2) {
          return _DateTime.invalid(invalid2);
        } else {
          return parseDataToDateTime(vals, parsedZone, opts, `format ${fmt}`, text, specificOffset);
        }
      }
      /**
       * @deprecated use fromFormat instead
       */
      static fromString(text, fmt, opts = {}) {
        return _DateTime.fromFormat(text, fmt, opts);
      }
      /**
       * Create a DateTime from a SQL date, time, or datetime
       * Defaults to en-US if no locale has been specified, regardless of the system's locale
       * @param {string} text - the string to parse
       * @param {Object} opts - options to affect the creation
       * @param {string|Zone} [opts.zone='local'] - use this zone if no offset is specified in the input string itself. Will also convert the DateTime to this zone
       * @param {boolean} [opts.setZone=false] - override the zone with a zone specified in the string itself, if it specifies one
       * @param {string} [opts.locale='en-US'] - a locale string to use when parsing. Will also set the DateTime to this locale
       * @param {string} opts.numberingSystem - the numbering system to use when parsing. Will also set the resulting DateTime to this numbering system
       * @param {string} opts.weekSettings - the week settings to set on the resulting DateTime instance
       * @param {string} opts.outputCalendar - the output calendar to set on the resulting DateTime instance
       * @example DateTime.fromSQL('2017-05-15')
       * @example DateTime.fromSQL('2017-05-15 09:12:34')
       * @example DateTime.fromSQL('2017-05-15 09:12:34.342')
       * @example DateTime.fromSQL('2017-05-15 09:12:34.342+06:00')
       * @example DateTime.fromSQL('2017-05-15 09:12:34.342 America/Los_Angeles')
       * @example DateTime.fromSQL('2017-05-15 09:12:34.342 America/Los_Angeles', { setZone: true })
       * @example DateTime.fromSQL('2017-05-15 09:12:34.342', { zone: 'America/Los_Angeles' })
       * @example DateTime.fromSQL('09:12:34.342')
       * @return {DateTime}
       */
      static fromSQL(text, opts = {}) {
        const [vals, parsedZone] = parseSQL(text);
        return parseDataToDateTime(vals, parsedZone, opts, "SQL", text);
      }
      /**
       * Create an invalid DateTime.
       * @param {string} reason - simple string of why this DateTime is invalid. Should not contain parameters or anything else data-dependent.
       * @param {string} [explanation=null] - longer explanation, may include parameters and other useful debugging information
       * @return {DateTime}
       */
      static invalid(reason, explanation = null) {
        if (!reason) {
          throw new InvalidArgumentError("need to specify a reason the DateTime is invalid");
        }
        const invalid2 = reason instanceof Invalid ? reason : new Invalid(reason, explanation);
        if (Settings.throwOnInvalid) {
          throw new InvalidDateTimeError(invalid2);
        } else {
          return new _DateTime({
            invalid: invalid2
          });
        }
      }
      /**
       * Check if an object is an instance of DateTime. Works across context boundaries
       * @param {object} o
       * @return {boolean}
       */
      static isDateTime(o) {
        return o && o.isLuxonDateTime || false;
      }
      /**
       * Produce the format string for a set of options
       * @param formatOpts
       * @param localeOpts
       * @returns {string}
       */
      static parseFormatForOpts(formatOpts, localeOpts = {}) {
        const tokenList = formatOptsToTokens(formatOpts, Locale.fromObject(localeOpts));
        return !tokenList ? null : tokenList.map((t) => t ? t.val : null).join("");
      }
      /**
       * Produce the the fully expanded format token for the locale
       * Does NOT quote characters, so quoted tokens will not round trip correctly
       * @param fmt
       * @param localeOpts
       * @returns {string}
       */
      static expandFormat(fmt, localeOpts = {}) {
        const expanded = expandMacroTokens(Formatter.parseFormat(fmt), Locale.fromObject(localeOpts));
        return expanded.map((t) => t.val).join("");
      }
      static resetCache() {
        zoneOffsetTs = void 0;
        zoneOffsetGuessCache.clear();
      }
      // INFO
      /**
       * Get the value of unit.
       * @param {string} unit - a unit such as 'minute' or 'day'
       * @example DateTime.local(2017, 7, 4).get('month'); //=> 7
       * @example DateTime.local(2017, 7, 4).get('day'); //=> 4
       * @return {number}
       */
      get(unit) {
        return this[unit];
      }
      /**
       * Returns whether the DateTime is valid. Invalid DateTimes occur when:
       * * The DateTime was created from invalid calendar information, such as the 13th month or February 30
       * * The DateTime was created by an operation on another invalid date
       * @type {boolean}
       */
      get isValid() {
        return this.invalid === null;
      }
      /**
       * Returns an error code if this DateTime is invalid, or null if the DateTime is valid
       * @type {string}
       */
      get invalidReason() {
        return this.invalid ? this.invalid.reason : null;
      }
      /**
       * Returns an explanation of why this DateTime became invalid, or null if the DateTime is valid
       * @type {string}
       */
      get invalidExplanation() {
        return this.invalid ? this.invalid.explanation : null;
      }
      /**
       * Get the locale of a DateTime, such 'en-GB'. The locale is used when formatting the DateTime
       *
       * @type {string}
       */
      get locale() {
        return this.isValid ? this.loc.locale : null;
      }
      /**
       * Get the numbering system of a DateTime, such 'beng'. The numbering system is used when formatting the DateTime
       *
       * @type {string}
       */
      get numberingSystem() {
        return this.isValid ? this.loc.numberingSystem : null;
      }
      /**
       * Get the output calendar of a DateTime, such 'islamic'. The output calendar is used when formatting the DateTime
       *
       * @type {string}
       */
      get outputCalendar() {
        return this.isValid ? this.loc.outputCalendar : null;
      }
      /**
       * Get the time zone associated with this DateTime.
       * @type {Zone}
       */
      get zone() {
        return this._zone;
      }
      /**
       * Get the name of the time zone.
       * @type {string}
       */
      get zoneName() {
        return this.isValid ? this.zone.name : null;
      }
      /**
       * Get the year
       * @example DateTime.local(2017, 5, 25).year //=> 2017
       * @type {number}
       */
      get year() {
        return this.isValid ? this.c.year : NaN;
      }
      /**
       * Get the quarter
       * @example DateTime.local(2017, 5, 25).quarter //=> 2
       * @type {number}
       */
      get quarter() {
        return this.isValid ? Math.ceil(this.c.month / 3) : NaN;
      }
      /**
       * Get the month (1-12).
       * @example DateTime.local(2017, 5, 25).month //=> 5
       * @type {number}
       */
      get month() {
        return this.isValid ? this.c.month : NaN;
      }
      /**
       * Get the day of the month (1-30ish).
       * @example DateTime.local(2017, 5, 25).day //=> 25
       * @type {number}
       */
      get day() {
        return this.isValid ? this.c.day : NaN;
      }
      /**
       * Get the hour of the day (0-23).
       * @example DateTime.local(2017, 5, 25, 9).hour //=> 9
       * @type {number}
       */
      get hour() {
        return this.isValid ? this.c.hour : NaN;
      }
      /**
       * Get the minute of the hour (0-59).
       * @example DateTime.local(2017, 5, 25, 9, 30).minute //=> 30
       * @type {number}
       */
      get minute() {
        return this.isValid ? this.c.minute : NaN;
      }
      /**
       * Get the second of the minute (0-59).
       * @example DateTime.local(2017, 5, 25, 9, 30, 52).second //=> 52
       * @type {number}
       */
      get second() {
        return this.isValid ? this.c.second : NaN;
      }
      /**
       * Get the millisecond of the second (0-999).
       * @example DateTime.local(2017, 5, 25, 9, 30, 52, 654).millisecond //=> 654
       * @type {number}
       */
      get millisecond() {
        return this.isValid ? this.c.millisecond : NaN;
      }
      /**
       * Get the week year
       * @see https://en.wikipedia.org/wiki/ISO_week_date
       * @example DateTime.local(2014, 12, 31).weekYear //=> 2015
       * @type {number}
       */
      get weekYear() {
        return this.isValid ? possiblyCachedWeekData(this).weekYear : NaN;
      }
      /**
       * Get the week number of the week year (1-52ish).
       * @see https://en.wikipedia.org/wiki/ISO_week_date
       * @example DateTime.local(2017, 5, 25).weekNumber //=> 21
       * @type {number}
       */
      get weekNumber() {
        return this.isValid ? possiblyCachedWeekData(this).weekNumber : NaN;
      }
      /**
       * Get the day of the week.
       * 1 is Monday and 7 is Sunday
       * @see https://en.wikipedia.org/wiki/ISO_week_date
       * @example DateTime.local(2014, 11, 31).weekday //=> 4
       * @type {number}
       */
      get weekday() {
        return this.isValid ? possiblyCachedWeekData(this).weekday : NaN;
      }
      /**
       * Returns true if this date is on a weekend according to the locale, false otherwise
       * @returns {boolean}
       */
      get isWeekend() {
        return this.isValid && this.loc.getWeekendDays().includes(this.weekday);
      }
      /**
       * Get the day of the week according to the locale.
       * 1 is the first day of the week and 7 is the last day of the week.
       * If the locale assigns Sunday as the first day of the week, then a date which is a Sunday will return 1,
       * @returns {number}
       */
      get localWeekday() {
        return this.isValid ? possiblyCachedLocalWeekData(this).weekday : NaN;
      }
      /**
       * Get the week number of the week year according to the locale. Different locales assign week numbers differently,
       * because the week can start on different days of the week (see localWeekday) and because a different number of days
       * is required for a week to count as the first week of a year.
       * @returns {number}
       */
      get localWeekNumber() {
        return this.isValid ? possiblyCachedLocalWeekData(this).weekNumber : NaN;
      }
      /**
       * Get the week year according to the locale. Different locales assign week numbers (and therefor week years)
       * differently, see localWeekNumber.
       * @returns {number}
       */
      get localWeekYear() {
        return this.isValid ? possiblyCachedLocalWeekData(this).weekYear : NaN;
      }
      /**
       * Get the ordinal (meaning the day of the year)
       * @example DateTime.local(2017, 5, 25).ordinal //=> 145
       * @type {number|DateTime}
       */
      get ordinal() {
        return this.isValid ? gregorianToOrdinal(this.c).ordinal : NaN;
      }
      /**
       * Get the human readable short month name, such as 'Oct'.
       * Defaults to the system's locale if no locale has been specified
       * @example DateTime.local(2017, 10, 30).monthShort //=> Oct
       * @type {string}
       */
      get monthShort() {
        return this.isValid ? Info.months("short", {
          locObj: this.loc
        })[this.month - 1] : null;
      }
      /**
       * Get the human readable long month name, such as 'October'.
       * Defaults to the system's locale if no locale has been specified
       * @example DateTime.local(2017, 10, 30).monthLong //=> October
       * @type {string}
       */
      get monthLong() {
        return this.isValid ? Info.months("long", {
          locObj: this.loc
        })[this.month - 1] : null;
      }
      /**
       * Get the human readable short weekday, such as 'Mon'.
       * Defaults to the system's locale if no locale has been specified
       * @example DateTime.local(2017, 10, 30).weekdayShort //=> Mon
       * @type {string}
       */
      get weekdayShort() {
        return this.isValid ? Info.weekdays("short", {
          locObj: this.loc
        })[this.weekday - 1] : null;
      }
      /**
       * Get the human readable long weekday, such as 'Monday'.
       * Defaults to the system's locale if no locale has been specified
       * @example DateTime.local(2017, 10, 30).weekdayLong //=> Monday
       * @type {string}
       */
      get weekdayLong() {
        return this.isValid ? Info.weekdays("long", {
          locObj: this.loc
        })[this.weekday - 1] : null;
      }
      /**
       * Get the UTC offset of this DateTime in minutes
       * @example DateTime.now().offset //=> -240
       * @example DateTime.utc().offset //=> 0
       * @type {number}
       */
      get offset() {
        return this.isValid ? +this.o : NaN;
      }
      /**
       * Get the short human name for the zone's current offset, for example "EST" or "EDT".
       * Defaults to the system's locale if no locale has been specified
       * @type {string}
       */
      get offsetNameShort() {
        if (this.isValid) {
          return this.zone.offsetName(this.ts, {
            format: "short",
            locale: this.locale
          });
        } else {
          return null;
        }
      }
      /**
       * Get the long human name for the zone's current offset, for example "Eastern Standard Time" or "Eastern Daylight Time".
       * Defaults to the system's locale if no locale has been specified
       * @type {string}
       */
      get offsetNameLong() {
        if (this.isValid) {
          return this.zone.offsetName(this.ts, {
            format: "long",
            locale: this.locale
          });
        } else {
          return null;
        }
      }
      /**
       * Get whether this zone's offset ever changes, as in a DST.
       * @type {boolean}
       */
      get isOffsetFixed() {
        return this.isValid ? this.zone.isUniversal : null;
      }
      /**
       * Get whether the DateTime is in a DST.
       * @type {boolean}
       */
      get isInDST() {
        if (this.isOffsetFixed) {
          return false;
        } else {
          return this.offset > this.set({
            month: 1,
            day: 1
          }).offset || this.offset > this.set({
            month: 5
          }).offset;
        }
      }
      /**
       * Get those DateTimes which have the same local time as this DateTime, but a different offset from UTC
       * in this DateTime's zone. During DST changes local time can be ambiguous, for example
       * `2023-10-29T02:30:00` in `Europe/Berlin` can have offset `+01:00` or `+02:00`.
       * This method will return both possible DateTimes if this DateTime's local time is ambiguous.
       * @returns {DateTime[]}
       */
      getPossibleOffsets() {
        if (!this.isValid || this.isOffsetFixed) {
          return [this];
        }
        const dayMs = 864e5;
        const minuteMs = 6e4;
        const localTS = objToLocalTS(this.c);
        const oEarlier = this.zone.offset(localTS - dayMs);
        const oLater = this.zone.offset(localTS + dayMs);
        const o1 = this.zone.offset(localTS - oEarlier * minuteMs);
        const o2 = this.zone.offset(localTS - oLater * minuteMs);
        if (o1 === o2) {
          return [this];
        }
        const ts1 = localTS - o1 * minuteMs;
        const ts2 = localTS - o2 * minuteMs;
        const c1 = tsToObj(ts1, o1);
        const c2 = tsToObj(ts2, o2);
        if (c1.hour === c2.hour && c1.minute === c2.minute && c1.second === c2.second && c1.millisecond === c2.millisecond) {
          return [clone(this, {
            ts: ts1
          }), clone(this, {
            ts: ts2
          })];
        }
        return [this];
      }
      /**
       * Returns true if this DateTime is in a leap year, false otherwise
       * @example DateTime.local(2016).isInLeapYear //=> true
       * @example DateTime.local(2013).isInLeapYear //=> false
       * @type {boolean}
       */
      get isInLeapYear() {
        return isLeapYear(this.year);
      }
      /**
       * Returns the number of days in this DateTime's month
       * @example DateTime.local(2016, 2).daysInMonth //=> 29
       * @example DateTime.local(2016, 3).daysInMonth //=> 31
       * @type {number}
       */
      get daysInMonth() {
        return daysInMonth(this.year, this.month);
      }
      /**
       * Returns the number of days in this DateTime's year
       * @example DateTime.local(2016).daysInYear //=> 366
       * @example DateTime.local(2013).daysInYear //=> 365
       * @type {number}
       */
      get daysInYear() {
        return this.isValid ? daysInYear(this.year) : NaN;
      }
      /**
       * Returns the number of weeks in this DateTime's year
       * @see https://en.wikipedia.org/wiki/ISO_week_date
       * @example DateTime.local(2004).weeksInWeekYear //=> 53
       * @example DateTime.local(2013).weeksInWeekYear //=> 52
       * @type {number}
       */
      get weeksInWeekYear() {
        return this.isValid ? weeksInWeekYear(this.weekYear) : NaN;
      }
      /**
       * Returns the number of weeks in this DateTime's local week year
       * @example DateTime.local(2020, 6, {locale: 'en-US'}).weeksInLocalWeekYear //=> 52
       * @example DateTime.local(2020, 6, {locale: 'de-DE'}).weeksInLocalWeekYear //=> 53
       * @type {number}
       */
      get weeksInLocalWeekYear() {
        return this.isValid ? weeksInWeekYear(this.localWeekYear, this.loc.getMinDaysInFirstWeek(), this.loc.getStartOfWeek()) : NaN;
      }
      /**
       * Returns the resolved Intl options for this DateTime.
       * This is useful in understanding the behavior of formatting methods
       * @param {Object} opts - the same options as toLocaleString
       * @return {Object}
       */
      resolvedLocaleOptions(opts = {}) {
        const {
          locale,
          numberingSystem,
          calendar
        } = Formatter.create(this.loc.clone(opts), opts).resolvedOptions(this);
        return {
          locale,
          numberingSystem,
          outputCalendar: calendar
        };
      }
      // TRANSFORM
      /**
       * "Set" the DateTime's zone to UTC. Returns a newly-constructed DateTime.
       *
       * Equivalent to {@link DateTime#setZone}('utc')
       * @param {number} [offset=0] - optionally, an offset from UTC in minutes
       * @param {Object} [opts={}] - options to pass to `setZone()`
       * @return {DateTime}
       */
      toUTC(offset2 = 0, opts = {}) {
        return this.setZone(FixedOffsetZone.instance(offset2), opts);
      }
      /**
       * "Set" the DateTime's zone to the host's local zone. Returns a newly-constructed DateTime.
       *
       * Equivalent to `setZone('local')`
       * @return {DateTime}
       */
      toLocal() {
        return this.setZone(Settings.defaultZone);
      }
      /**
       * "Set" the DateTime's zone to specified zone. Returns a newly-constructed DateTime.
       *
       * By default, the setter keeps the underlying time the same (as in, the same timestamp), but the new instance will report different local times and consider DSTs when making computations, as with {@link DateTime#plus}. You may wish to use {@link DateTime#toLocal} and {@link DateTime#toUTC} which provide simple convenience wrappers for commonly used zones.
       * @param {string|Zone} [zone='local'] - a zone identifier. As a string, that can be any IANA zone supported by the host environment, or a fixed-offset name of the form 'UTC+3', or the strings 'local' or 'utc'. You may also supply an instance of a {@link DateTime#Zone} class.
       * @param {Object} opts - options
       * @param {boolean} [opts.keepLocalTime=false] - If true, adjust the underlying time so that the local time stays the same, but in the target zone. You should rarely need this.
       * @return {DateTime}
       */
      setZone(zone, {
        keepLocalTime = false,
        keepCalendarTime = false
      } = {}) {
        zone = normalizeZone(zone, Settings.defaultZone);
        if (zone.equals(this.zone)) {
          return this;
        } else if (!zone.isValid) {
          return _DateTime.invalid(unsupportedZone(zone));
        } else {
          let newTS = this.ts;
          if (keepLocalTime || keepCalendarTime) {
            const offsetGuess = zone.offset(this.ts);
            const asObj = this.toObject();
            [newTS] = objToTS(asObj, offsetGuess, zone);
          }
          return clone(this, {
            ts: newTS,
            zone
          });
        }
      }
      /**
       * "Set" the locale, numberingSystem, or outputCalendar. Returns a newly-constructed DateTime.
       * @param {Object} properties - the properties to set
       * @example DateTime.local(2017, 5, 25).reconfigure({ locale: 'en-GB' })
       * @return {DateTime}
       */
      reconfigure({
        locale,
        numberingSystem,
        outputCalendar
      } = {}) {
        const loc = this.loc.clone({
          locale,
          numberingSystem,
          outputCalendar
        });
        return clone(this, {
          loc
        });
      }
      /**
       * "Set" the locale. Returns a newly-constructed DateTime.
       * Just a convenient alias for reconfigure({ locale })
       * @example DateTime.local(2017, 5, 25).setLocale('en-GB')
       * @return {DateTime}
       */
      setLocale(locale) {
        return this.reconfigure({
          locale
        });
      }
      /**
       * "Set" the values of specified units. Returns a newly-constructed DateTime.
       * You can only set units with this method; for "setting" metadata, see {@link DateTime#reconfigure} and {@link DateTime#setZone}.
       *
       * This method also supports setting locale-based week units, i.e. `localWeekday`, `localWeekNumber` and `localWeekYear`.
       * They cannot be mixed with ISO-week units like `weekday`.
       * @param {Object} values - a mapping of units to numbers
       * @example dt.set({ year: 2017 })
       * @example dt.set({ hour: 8, minute: 30 })
       * @example dt.set({ weekday: 5 })
       * @example dt.set({ year: 2005, ordinal: 234 })
       * @return {DateTime}
       */
      set(values) {
        if (!this.isValid) return this;
        const normalized = normalizeObject(values, normalizeUnitWithLocalWeeks);
        const {
          minDaysInFirstWeek,
          startOfWeek
        } = usesLocalWeekValues(normalized, this.loc);
        const settingWeekStuff = !isUndefined(normalized.weekYear) || !isUndefined(normalized.weekNumber) || !isUndefined(normalized.weekday), containsOrdinal = !isUndefined(normalized.ordinal), containsGregorYear = !isUndefined(normalized.year), containsGregorMD = !isUndefined(normalized.month) || !isUndefined(normalized.day), containsGregor = containsGregorYear || containsGregorMD, definiteWeekDef = normalized.weekYear || normalized.weekNumber;
        if ((containsGregor || containsOrdinal) && definiteWeekDef) {
          throw new ConflictingSpecificationError("Can't mix weekYear/weekNumber units with year/month/day or ordinals");
        }
        if (containsGregorMD && containsOrdinal) {
          throw new ConflictingSpecificationError("Can't mix ordinal dates with month/day");
        }
        let mixed;
        if (settingWeekStuff) {
          mixed = weekToGregorian({
            ...gregorianToWeek(this.c, minDaysInFirstWeek, startOfWeek),
            ...normalized
          }, minDaysInFirstWeek, startOfWeek);
        } else if (!isUndefined(normalized.ordinal)) {
          mixed = ordinalToGregorian({
            ...gregorianToOrdinal(this.c),
            ...normalized
          });
        } else {
          mixed = {
            ...this.toObject(),
            ...normalized
          };
          if (isUndefined(normalized.day)) {
            mixed.day = Math.min(daysInMonth(mixed.year, mixed.month), mixed.day);
          }
        }
        const [ts, o] = objToTS(mixed, this.o, this.zone);
        return clone(this, {
          ts,
          o
        });
      }
      /**
       * Add a period of time to this DateTime and return the resulting DateTime
       *
       * Adding hours, minutes, seconds, or milliseconds increases the timestamp by the right number of milliseconds. Adding days, months, or years shifts the calendar, accounting for DSTs and leap years along the way. Thus, `dt.plus({ hours: 24 })` may result in a different time than `dt.plus({ days: 1 })` if there's a DST shift in between.
       * @param {Duration|Object|number} duration - The amount to add. Either a Luxon Duration, a number of milliseconds, the object argument to Duration.fromObject()
       * @example DateTime.now().plus(123) //~> in 123 milliseconds
       * @example DateTime.now().plus({ minutes: 15 }) //~> in 15 minutes
       * @example DateTime.now().plus({ days: 1 }) //~> this time tomorrow
       * @example DateTime.now().plus({ days: -1 }) //~> this time yesterday
       * @example DateTime.now().plus({ hours: 3, minutes: 13 }) //~> in 3 hr, 13 min
       * @example DateTime.now().plus(Duration.fromObject({ hours: 3, minutes: 13 })) //~> in 3 hr, 13 min
       * @return {DateTime}
       */
      plus(duration) {
        if (!this.isValid) return this;
        const dur = Duration.fromDurationLike(duration);
        return clone(this, adjustTime(this, dur));
      }
      /**
       * Subtract a period of time to this DateTime and return the resulting DateTime
       * See {@link DateTime#plus}
       * @param {Duration|Object|number} duration - The amount to subtract. Either a Luxon Duration, a number of milliseconds, the object argument to Duration.fromObject()
       @return {DateTime}
       */
      minus(duration) {
        if (!this.isValid) return this;
        const dur = Duration.fromDurationLike(duration).negate();
        return clone(this, adjustTime(this, dur));
      }
      /**
       * "Set" this DateTime to the beginning of a unit of time.
       * @param {string} unit - The unit to go to the beginning of. Can be 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', or 'millisecond'.
       * @param {Object} opts - options
       * @param {boolean} [opts.useLocaleWeeks=false] - If true, use weeks based on the locale, i.e. use the locale-dependent start of the week
       * @example DateTime.local(2014, 3, 3).startOf('month').toISODate(); //=> '2014-03-01'
       * @example DateTime.local(2014, 3, 3).startOf('year').toISODate(); //=> '2014-01-01'
       * @example DateTime.local(2014, 3, 3).startOf('week').toISODate(); //=> '2014-03-03', weeks always start on Mondays
       * @example DateTime.local(2014, 3, 3, 5, 30).startOf('day').toISOTime(); //=> '00:00.000-05:00'
       * @example DateTime.local(2014, 3, 3, 5, 30).startOf('hour').toISOTime(); //=> '05:00:00.000-05:00'
       * @return {DateTime}
       */
      startOf(unit, {
        useLocaleWeeks = false
      } = {}) {
        if (!this.isValid) return this;
        const o = {}, normalizedUnit = Duration.normalizeUnit(unit);
        switch (normalizedUnit) {
          case "years":
            o.month = 1;
          // falls through
          case "quarters":
          case "months":
            o.day = 1;
          // falls through
          case "weeks":
          case "days":
            o.hour = 0;
          // falls through
          case "hours":
            o.minute = 0;
          // falls through
          case "minutes":
            o.second = 0;
          // falls through
          case "seconds":
            o.millisecond = 0;
            break;
        }
        if (normalizedUnit === "weeks") {
          if (useLocaleWeeks) {
            const startOfWeek = this.loc.getStartOfWeek();
            const {
              weekday
            } = this;
            if (weekday < startOfWeek) {
              o.weekNumber = this.weekNumber - 1;
            }
            o.weekday = startOfWeek;
          } else {
            o.weekday = 1;
          }
        }
        if (normalizedUnit === "quarters") {
          const q = Math.ceil(this.month / 3);
          o.month = (q - 1) * 3 + 1;
        }
        return this.set(o);
      }
      /**
       * "Set" this DateTime to the end (meaning the last millisecond) of a unit of time
       * @param {string} unit - The unit to go to the end of. Can be 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', or 'millisecond'.
       * @param {Object} opts - options
       * @param {boolean} [opts.useLocaleWeeks=false] - If true, use weeks based on the locale, i.e. use the locale-dependent start of the week
       * @example DateTime.local(2014, 3, 3).endOf('month').toISO(); //=> '2014-03-31T23:59:59.999-05:00'
       * @example DateTime.local(2014, 3, 3).endOf('year').toISO(); //=> '2014-12-31T23:59:59.999-05:00'
       * @example DateTime.local(2014, 3, 3).endOf('week').toISO(); // => '2014-03-09T23:59:59.999-05:00', weeks start on Mondays
       * @example DateTime.local(2014, 3, 3, 5, 30).endOf('day').toISO(); //=> '2014-03-03T23:59:59.999-05:00'
       * @example DateTime.local(2014, 3, 3, 5, 30).endOf('hour').toISO(); //=> '2014-03-03T05:59:59.999-05:00'
       * @return {DateTime}
       */
      endOf(unit, opts) {
        return this.isValid ? this.plus({
          [unit]: 1
        }).startOf(unit, opts).minus(1) : this;
      }
      // OUTPUT
      /**
       * Returns a string representation of this DateTime formatted according to the specified format string.
       * **You may not want this.** See {@link DateTime#toLocaleString} for a more flexible formatting tool. For a table of tokens and their interpretations, see [here](https://moment.github.io/luxon/#/formatting?id=table-of-tokens).
       * Defaults to en-US if no locale has been specified, regardless of the system's locale.
       * @param {string} fmt - the format string
       * @param {Object} opts - opts to override the configuration options on this DateTime
       * @example DateTime.now().toFormat('yyyy LLL dd') //=> '2017 Apr 22'
       * @example DateTime.now().setLocale('fr').toFormat('yyyy LLL dd') //=> '2017 avr. 22'
       * @example DateTime.now().toFormat('yyyy LLL dd', { locale: "fr" }) //=> '2017 avr. 22'
       * @example DateTime.now().toFormat("HH 'hours and' mm 'minutes'") //=> '20 hours and 55 minutes'
       * @return {string}
       */
      toFormat(fmt, opts = {}) {
        return this.isValid ? Formatter.create(this.loc.redefaultToEN(opts)).formatDateTimeFromString(this, fmt) : INVALID;
      }
      /**
       * Returns a localized string representing this date. Accepts the same options as the Intl.DateTimeFormat constructor and any presets defined by Luxon, such as `DateTime.DATE_FULL` or `DateTime.TIME_SIMPLE`.
       * The exact behavior of this method is browser-specific, but in general it will return an appropriate representation
       * of the DateTime in the assigned locale.
       * Defaults to the system's locale if no locale has been specified
       * @see https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/DateTimeFormat
       * @param formatOpts {Object} - Intl.DateTimeFormat constructor options and configuration options
       * @param {Object} opts - opts to override the configuration options on this DateTime
       * @example DateTime.now().toLocaleString(); //=> 4/20/2017
       * @example DateTime.now().setLocale('en-gb').toLocaleString(); //=> '20/04/2017'
       * @example DateTime.now().toLocaleString(DateTime.DATE_FULL); //=> 'April 20, 2017'
       * @example DateTime.now().toLocaleString(DateTime.DATE_FULL, { locale: 'fr' }); //=> '28 août 2022'
       * @example DateTime.now().toLocaleString(DateTime.TIME_SIMPLE); //=> '11:32 AM'
       * @example DateTime.now().toLocaleString(DateTime.DATETIME_SHORT); //=> '4/20/2017, 11:32 AM'
       * @example DateTime.now().toLocaleString({ weekday: 'long', month: 'long', day: '2-digit' }); //=> 'Thursday, April 20'
       * @example DateTime.now().toLocaleString({ weekday: 'short', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit' }); //=> 'Thu, Apr 20, 11:27 AM'
       * @example DateTime.now().toLocaleString({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }); //=> '11:32'
       * @return {string}
       */
      toLocaleString(formatOpts = DATE_SHORT, opts = {}) {
        return this.isValid ? Formatter.create(this.loc.clone(opts), formatOpts).formatDateTime(this) : INVALID;
      }
      /**
       * Returns an array of format "parts", meaning individual tokens along with metadata. This is allows callers to post-process individual sections of the formatted output.
       * Defaults to the system's locale if no locale has been specified
       * @see https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/DateTimeFormat/formatToParts
       * @param opts {Object} - Intl.DateTimeFormat constructor options, same as `toLocaleString`.
       * @example DateTime.now().toLocaleParts(); //=> [
       *                                   //=>   { type: 'day', value: '25' },
       *                                   //=>   { type: 'literal', value: '/' },
       *                                   //=>   { type: 'month', value: '05' },
       *                                   //=>   { type: 'literal', value: '/' },
       *                                   //=>   { type: 'year', value: '1982' }
       *                                   //=> ]
       */
      toLocaleParts(opts = {}) {
        return this.isValid ? Formatter.create(this.loc.clone(opts), opts).formatDateTimeParts(this) : [];
      }
      /**
       * Returns an ISO 8601-compliant string representation of this DateTime
       * @param {Object} opts - options
       * @param {boolean} [opts.suppressMilliseconds=false] - exclude milliseconds from the format if they're 0
       * @param {boolean} [opts.suppressSeconds=false] - exclude seconds from the format if they're 0
       * @param {boolean} [opts.includeOffset=true] - include the offset, such as 'Z' or '-04:00'
       * @param {boolean} [opts.extendedZone=false] - add the time zone format extension
       * @param {string} [opts.format='extended'] - choose between the basic and extended format
       * @param {string} [opts.precision='milliseconds'] - truncate output to desired presicion: 'years', 'months', 'days', 'hours', 'minutes', 'seconds' or 'milliseconds'. When precision and suppressSeconds or suppressMilliseconds are used together, precision sets the maximum unit shown in the output, however seconds or milliseconds will still be suppressed if they are 0.
       * @example DateTime.utc(1983, 5, 25).toISO() //=> '1982-05-25T00:00:00.000Z'
       * @example DateTime.now().toISO() //=> '2017-04-22T20:47:05.335-04:00'
       * @example DateTime.now().toISO({ includeOffset: false }) //=> '2017-04-22T20:47:05.335'
       * @example DateTime.now().toISO({ format: 'basic' }) //=> '20170422T204705.335-0400'
       * @example DateTime.now().toISO({ precision: 'day' }) //=> '2017-04-22Z'
       * @example DateTime.now().toISO({ precision: 'minute' }) //=> '2017-04-22T20:47Z'
       * @return {string|null}
       */
      toISO({
        format = "extended",
        suppressSeconds = false,
        suppressMilliseconds = false,
        includeOffset = true,
        extendedZone = false,
        precision = "milliseconds"
      } = {}) {
        if (!this.isValid) {
          return null;
        }
        precision = normalizeUnit(precision);
        const ext = format === "extended";
        let c = toISODate(this, ext, precision);
        if (orderedUnits.indexOf(precision) >= 3) c += "T";
        c += toISOTime(this, ext, suppressSeconds, suppressMilliseconds, includeOffset, extendedZone, precision);
        return c;
      }
      /**
       * Returns an ISO 8601-compliant string representation of this DateTime's date component
       * @param {Object} opts - options
       * @param {string} [opts.format='extended'] - choose between the basic and extended format
       * @param {string} [opts.precision='day'] - truncate output to desired precision: 'years', 'months', or 'days'.
       * @example DateTime.utc(1982, 5, 25).toISODate() //=> '1982-05-25'
       * @example DateTime.utc(1982, 5, 25).toISODate({ format: 'basic' }) //=> '19820525'
       * @example DateTime.utc(1982, 5, 25).toISODate({ precision: 'month' }) //=> '1982-05'
       * @return {string|null}
       */
      toISODate({
        format = "extended",
        precision = "day"
      } = {}) {
        if (!this.isValid) {
          return null;
        }
        return toISODate(this, format === "extended", normalizeUnit(precision));
      }
      /**
       * Returns an ISO 8601-compliant string representation of this DateTime's week date
       * @example DateTime.utc(1982, 5, 25).toISOWeekDate() //=> '1982-W21-2'
       * @return {string}
       */
      toISOWeekDate() {
        return toTechFormat(this, "kkkk-'W'WW-c");
      }
      /**
       * Returns an ISO 8601-compliant string representation of this DateTime's time component
       * @param {Object} opts - options
       * @param {boolean} [opts.suppressMilliseconds=false] - exclude milliseconds from the format if they're 0
       * @param {boolean} [opts.suppressSeconds=false] - exclude seconds from the format if they're 0
       * @param {boolean} [opts.includeOffset=true] - include the offset, such as 'Z' or '-04:00'
       * @param {boolean} [opts.extendedZone=true] - add the time zone format extension
       * @param {boolean} [opts.includePrefix=false] - include the `T` prefix
       * @param {string} [opts.format='extended'] - choose between the basic and extended format
       * @param {string} [opts.precision='milliseconds'] - truncate output to desired presicion: 'hours', 'minutes', 'seconds' or 'milliseconds'. When precision and suppressSeconds or suppressMilliseconds are used together, precision sets the maximum unit shown in the output, however seconds or milliseconds will still be suppressed if they are 0.
       * @example DateTime.utc().set({ hour: 7, minute: 34 }).toISOTime() //=> '07:34:19.361Z'
       * @example DateTime.utc().set({ hour: 7, minute: 34, seconds: 0, milliseconds: 0 }).toISOTime({ suppressSeconds: true }) //=> '07:34Z'
       * @example DateTime.utc().set({ hour: 7, minute: 34 }).toISOTime({ format: 'basic' }) //=> '073419.361Z'
       * @example DateTime.utc().set({ hour: 7, minute: 34 }).toISOTime({ includePrefix: true }) //=> 'T07:34:19.361Z'
       * @example DateTime.utc().set({ hour: 7, minute: 34, second: 56 }).toISOTime({ precision: 'minute' }) //=> '07:34Z'
       * @return {string}
       */
      toISOTime({
        suppressMilliseconds = false,
        suppressSeconds = false,
        includeOffset = true,
        includePrefix = false,
        extendedZone = false,
        format = "extended",
        precision = "milliseconds"
      } = {}) {
        if (!this.isValid) {
          return null;
        }
        precision = normalizeUnit(precision);
        let c = includePrefix && orderedUnits.indexOf(precision) >= 3 ? "T" : "";
        return c + toISOTime(this, format === "extended", suppressSeconds, suppressMilliseconds, includeOffset, extendedZone, precision);
      }
      /**
       * Returns an RFC 2822-compatible string representation of this DateTime
       * @example DateTime.utc(2014, 7, 13).toRFC2822() //=> 'Sun, 13 Jul 2014 00:00:00 +0000'
       * @example DateTime.local(2014, 7, 13).toRFC2822() //=> 'Sun, 13 Jul 2014 00:00:00 -0400'
       * @return {string}
       */
      toRFC2822() {
        return toTechFormat(this, "EEE, dd LLL yyyy HH:mm:ss ZZZ", false);
      }
      /**
       * Returns a string representation of this DateTime appropriate for use in HTTP headers. The output is always expressed in GMT.
       * Specifically, the string conforms to RFC 1123.
       * @see https://www.w3.org/Protocols/rfc2616/rfc2616-sec3.html#sec3.3.1
       * @example DateTime.utc(2014, 7, 13).toHTTP() //=> 'Sun, 13 Jul 2014 00:00:00 GMT'
       * @example DateTime.utc(2014, 7, 13, 19).toHTTP() //=> 'Sun, 13 Jul 2014 19:00:00 GMT'
       * @return {string}
       */
      toHTTP() {
        return toTechFormat(this.toUTC(), "EEE, dd LLL yyyy HH:mm:ss 'GMT'");
      }
      /**
       * Returns a string representation of this DateTime appropriate for use in SQL Date
       * @example DateTime.utc(2014, 7, 13).toSQLDate() //=> '2014-07-13'
       * @return {string|null}
       */
      toSQLDate() {
        if (!this.isValid) {
          return null;
        }
        return toISODate(this, true);
      }
      /**
       * Returns a string representation of this DateTime appropriate for use in SQL Time
       * @param {Object} opts - options
       * @param {boolean} [opts.includeZone=false] - include the zone, such as 'America/New_York'. Overrides includeOffset.
       * @param {boolean} [opts.includeOffset=true] - include the offset, such as 'Z' or '-04:00'
       * @param {boolean} [opts.includeOffsetSpace=true] - include the space between the time and the offset, such as '05:15:16.345 -04:00'
       * @example DateTime.utc().toSQL() //=> '05:15:16.345'
       * @example DateTime.now().toSQL() //=> '05:15:16.345 -04:00'
       * @example DateTime.now().toSQL({ includeOffset: false }) //=> '05:15:16.345'
       * @example DateTime.now().toSQL({ includeZone: false }) //=> '05:15:16.345 America/New_York'
       * @return {string}
       */
      toSQLTime({
        includeOffset = true,
        includeZone = false,
        includeOffsetSpace = true
      } = {}) {
        let fmt = "HH:mm:ss.SSS";
        if (includeZone || includeOffset) {
          if (includeOffsetSpace) {
            fmt += " ";
          }
          if (includeZone) {
            fmt += "z";
          } else if (includeOffset) {
            fmt += "ZZ";
          }
        }
        return toTechFormat(this, fmt, true);
      }
      /**
       * Returns a string representation of this DateTime appropriate for use in SQL DateTime
       * @param {Object} opts - options
       * @param {boolean} [opts.includeZone=false] - include the zone, such as 'America/New_York'. Overrides includeOffset.
       * @param {boolean} [opts.includeOffset=true] - include the offset, such as 'Z' or '-04:00'
       * @param {boolean} [opts.includeOffsetSpace=true] - include the space between the time and the offset, such as '05:15:16.345 -04:00'
       * @example DateTime.utc(2014, 7, 13).toSQL() //=> '2014-07-13 00:00:00.000 Z'
       * @example DateTime.local(2014, 7, 13).toSQL() //=> '2014-07-13 00:00:00.000 -04:00'
       * @example DateTime.local(2014, 7, 13).toSQL({ includeOffset: false }) //=> '2014-07-13 00:00:00.000'
       * @example DateTime.local(2014, 7, 13).toSQL({ includeZone: true }) //=> '2014-07-13 00:00:00.000 America/New_York'
       * @return {string}
       */
      toSQL(opts = {}) {
        if (!this.isValid) {
          return null;
        }
        return `${this.toSQLDate()} ${this.toSQLTime(opts)}`;
      }
      /**
       * Returns a string representation of this DateTime appropriate for debugging
       * @return {string}
       */
      toString() {
        return this.isValid ? this.toISO() : INVALID;
      }
      /**
       * Returns a string representation of this DateTime appropriate for the REPL.
       * @return {string}
       */
      [/* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom")]() {
        if (this.isValid) {
          return `DateTime { ts: ${this.toISO()}, zone: ${this.zone.name}, locale: ${this.locale} }`;
        } else {
          return `DateTime { Invalid, reason: ${this.invalidReason} }`;
        }
      }
      /**
       * Returns the epoch milliseconds of this DateTime. Alias of {@link DateTime#toMillis}
       * @return {number}
       */
      valueOf() {
        return this.toMillis();
      }
      /**
       * Returns the epoch milliseconds of this DateTime.
       * @return {number}
       */
      toMillis() {
        return this.isValid ? this.ts : NaN;
      }
      /**
       * Returns the epoch seconds (including milliseconds in the fractional part) of this DateTime.
       * @return {number}
       */
      toSeconds() {
        return this.isValid ? this.ts / 1e3 : NaN;
      }
      /**
       * Returns the epoch seconds (as a whole number) of this DateTime.
       * @return {number}
       */
      toUnixInteger() {
        return this.isValid ? Math.floor(this.ts / 1e3) : NaN;
      }
      /**
       * Returns an ISO 8601 representation of this DateTime appropriate for use in JSON.
       * @return {string}
       */
      toJSON() {
        return this.toISO();
      }
      /**
       * Returns a BSON serializable equivalent to this DateTime.
       * @return {Date}
       */
      toBSON() {
        return this.toJSDate();
      }
      /**
       * Returns a JavaScript object with this DateTime's year, month, day, and so on.
       * @param opts - options for generating the object
       * @param {boolean} [opts.includeConfig=false] - include configuration attributes in the output
       * @example DateTime.now().toObject() //=> { year: 2017, month: 4, day: 22, hour: 20, minute: 49, second: 42, millisecond: 268 }
       * @return {Object}
       */
      toObject(opts = {}) {
        if (!this.isValid) return {};
        const base = {
          ...this.c
        };
        if (opts.includeConfig) {
          base.outputCalendar = this.outputCalendar;
          base.numberingSystem = this.loc.numberingSystem;
          base.locale = this.loc.locale;
        }
        return base;
      }
      /**
       * Returns a JavaScript Date equivalent to this DateTime.
       * @return {Date}
       */
      toJSDate() {
        return new Date(this.isValid ? this.ts : NaN);
      }
      // COMPARE
      /**
       * Return the difference between two DateTimes as a Duration.
       * @param {DateTime} otherDateTime - the DateTime to compare this one to
       * @param {string|string[]} [unit=['milliseconds']] - the unit or array of units (such as 'hours' or 'days') to include in the duration.
       * @param {Object} opts - options that affect the creation of the Duration
       * @param {string} [opts.conversionAccuracy='casual'] - the conversion system to use
       * @example
       * var i1 = DateTime.fromISO('1982-05-25T09:45'),
       *     i2 = DateTime.fromISO('1983-10-14T10:30');
       * i2.diff(i1).toObject() //=> { milliseconds: 43807500000 }
       * i2.diff(i1, 'hours').toObject() //=> { hours: 12168.75 }
       * i2.diff(i1, ['months', 'days']).toObject() //=> { months: 16, days: 19.03125 }
       * i2.diff(i1, ['months', 'days', 'hours']).toObject() //=> { months: 16, days: 19, hours: 0.75 }
       * @return {Duration}
       */
      diff(otherDateTime, unit = "milliseconds", opts = {}) {
        if (!this.isValid || !otherDateTime.isValid) {
          return Duration.invalid("created by diffing an invalid DateTime");
        }
        const durOpts = {
          locale: this.locale,
          numberingSystem: this.numberingSystem,
          ...opts
        };
        const units = maybeArray(unit).map(Duration.normalizeUnit), otherIsLater = otherDateTime.valueOf() > this.valueOf(), earlier = otherIsLater ? this : otherDateTime, later = otherIsLater ? otherDateTime : this, diffed = diff(earlier, later, units, durOpts);
        return otherIsLater ? diffed.negate() : diffed;
      }
      /**
       * Return the difference between this DateTime and right now.
       * See {@link DateTime#diff}
       * @param {string|string[]} [unit=['milliseconds']] - the unit or units units (such as 'hours' or 'days') to include in the duration
       * @param {Object} opts - options that affect the creation of the Duration
       * @param {string} [opts.conversionAccuracy='casual'] - the conversion system to use
       * @return {Duration}
       */
      diffNow(unit = "milliseconds", opts = {}) {
        return this.diff(_DateTime.now(), unit, opts);
      }
      /**
       * Return an Interval spanning between this DateTime and another DateTime
       * @param {DateTime} otherDateTime - the other end point of the Interval
       * @return {Interval|DateTime}
       */
      until(otherDateTime) {
        return this.isValid ? Interval.fromDateTimes(this, otherDateTime) : this;
      }
      /**
       * Return whether this DateTime is in the same unit of time as another DateTime.
       * Higher-order units must also be identical for this function to return `true`.
       * Note that time zones are **ignored** in this comparison, which compares the **local** calendar time. Use {@link DateTime#setZone} to convert one of the dates if needed.
       * @param {DateTime} otherDateTime - the other DateTime
       * @param {string} unit - the unit of time to check sameness on
       * @param {Object} opts - options
       * @param {boolean} [opts.useLocaleWeeks=false] - If true, use weeks based on the locale, i.e. use the locale-dependent start of the week; only the locale of this DateTime is used
       * @example DateTime.now().hasSame(otherDT, 'day'); //~> true if otherDT is in the same current calendar day
       * @return {boolean}
       */
      hasSame(otherDateTime, unit, opts) {
        if (!this.isValid) return false;
        const inputMs = otherDateTime.valueOf();
        const adjustedToZone = this.setZone(otherDateTime.zone, {
          keepLocalTime: true
        });
        return adjustedToZone.startOf(unit, opts) <= inputMs && inputMs <= adjustedToZone.endOf(unit, opts);
      }
      /**
       * Equality check
       * Two DateTimes are equal if and only if they represent the same millisecond, have the same zone and location, and are both valid.
       * To compare just the millisecond values, use `+dt1 === +dt2`.
       * @param {DateTime} other - the other DateTime
       * @return {boolean}
       */
      equals(other) {
        return this.isValid && other.isValid && this.valueOf() === other.valueOf() && this.zone.equals(other.zone) && this.loc.equals(other.loc);
      }
      /**
       * Returns a string representation of a this time relative to now, such as "in two days". Can only internationalize if your
       * platform supports Intl.RelativeTimeFormat. Rounds towards zero by default.
       * @param {Object} options - options that affect the output
       * @param {DateTime} [options.base=DateTime.now()] - the DateTime to use as the basis to which this time is compared. Defaults to now.
       * @param {string} [options.style="long"] - the style of units, must be "long", "short", or "narrow"
       * @param {string|string[]} options.unit - use a specific unit or array of units; if omitted, or an array, the method will pick the best unit. Use an array or one of "years", "quarters", "months", "weeks", "days", "hours", "minutes", or "seconds"
       * @param {boolean} [options.round=true] - whether to round the numbers in the output.
       * @param {string} [options.rounding="trunc"] - rounding method to use when rounding the numbers in the output. Can be "trunc" (toward zero), "expand" (away from zero), "round", "floor", or "ceil".
       * @param {number} [options.padding=0] - padding in milliseconds. This allows you to round up the result if it fits inside the threshold. Don't use in combination with {round: false} because the decimal output will include the padding.
       * @param {string} options.locale - override the locale of this DateTime
       * @param {string} options.numberingSystem - override the numberingSystem of this DateTime. The Intl system may choose not to honor this
       * @example DateTime.now().plus({ days: 1 }).toRelative() //=> "in 1 day"
       * @example DateTime.now().setLocale("es").toRelative({ days: 1 }) //=> "dentro de 1 día"
       * @example DateTime.now().plus({ days: 1 }).toRelative({ locale: "fr" }) //=> "dans 23 heures"
       * @example DateTime.now().minus({ days: 2 }).toRelative() //=> "2 days ago"
       * @example DateTime.now().minus({ days: 2 }).toRelative({ unit: "hours" }) //=> "48 hours ago"
       * @example DateTime.now().minus({ hours: 36 }).toRelative({ round: false }) //=> "1.5 days ago"
       */
      toRelative(options = {}) {
        if (!this.isValid) return null;
        const base = options.base || _DateTime.fromObject({}, {
          zone: this.zone
        }), padding = options.padding ? this < base ? -options.padding : options.padding : 0;
        let units = ["years", "months", "days", "hours", "minutes", "seconds"];
        let unit = options.unit;
        if (Array.isArray(options.unit)) {
          units = options.unit;
          unit = void 0;
        }
        return diffRelative(base, this.plus(padding), {
          ...options,
          numeric: "always",
          units,
          unit
        });
      }
      /**
       * Returns a string representation of this date relative to today, such as "yesterday" or "next month".
       * Only internationalizes on platforms that supports Intl.RelativeTimeFormat.
       * @param {Object} options - options that affect the output
       * @param {DateTime} [options.base=DateTime.now()] - the DateTime to use as the basis to which this time is compared. Defaults to now.
       * @param {string} options.locale - override the locale of this DateTime
       * @param {string} options.unit - use a specific unit; if omitted, the method will pick the unit. Use one of "years", "quarters", "months", "weeks", or "days"
       * @param {string} options.numberingSystem - override the numberingSystem of this DateTime. The Intl system may choose not to honor this
       * @example DateTime.now().plus({ days: 1 }).toRelativeCalendar() //=> "tomorrow"
       * @example DateTime.now().setLocale("es").plus({ days: 1 }).toRelative() //=> ""mañana"
       * @example DateTime.now().plus({ days: 1 }).toRelativeCalendar({ locale: "fr" }) //=> "demain"
       * @example DateTime.now().minus({ days: 2 }).toRelativeCalendar() //=> "2 days ago"
       */
      toRelativeCalendar(options = {}) {
        if (!this.isValid) return null;
        return diffRelative(options.base || _DateTime.fromObject({}, {
          zone: this.zone
        }), this, {
          ...options,
          numeric: "auto",
          units: ["years", "months", "days"],
          calendary: true
        });
      }
      /**
       * Return the min of several date times
       * @param {...DateTime} dateTimes - the DateTimes from which to choose the minimum
       * @return {DateTime} the min DateTime, or undefined if called with no argument
       */
      static min(...dateTimes) {
        if (!dateTimes.every(_DateTime.isDateTime)) {
          throw new InvalidArgumentError("min requires all arguments be DateTimes");
        }
        return bestBy(dateTimes, (i) => i.valueOf(), Math.min);
      }
      /**
       * Return the max of several date times
       * @param {...DateTime} dateTimes - the DateTimes from which to choose the maximum
       * @return {DateTime} the max DateTime, or undefined if called with no argument
       */
      static max(...dateTimes) {
        if (!dateTimes.every(_DateTime.isDateTime)) {
          throw new InvalidArgumentError("max requires all arguments be DateTimes");
        }
        return bestBy(dateTimes, (i) => i.valueOf(), Math.max);
      }
      // MISC
      /**
       * Explain how a string would be parsed by fromFormat()
       * @param {string} text - the string to parse
       * @param {string} fmt - the format the string is expected to be in (see description)
       * @param {Object} options - options taken by fromFormat()
       * @return {Object}
       */
      static fromFormatExplain(text, fmt, options = {}) {
        const {
          locale = null,
          numberingSystem = null
        } = options, localeToUse = Locale.fromOpts({
          locale,
          numberingSystem,
          defaultToEN: true
        });
        return explainFromTokens(localeToUse, text, fmt);
      }
      /**
       * @deprecated use fromFormatExplain instead
       */
      static fromStringExplain(text, fmt, options = {}) {
        return _DateTime.fromFormatExplain(text, fmt, options);
      }
      /**
       * Build a parser for `fmt` using the given locale. This parser can be passed
       * to {@link DateTime.fromFormatParser} to a parse a date in this format. This
       * can be used to optimize cases where many dates need to be parsed in a
       * specific format.
       *
       * @param {String} fmt - the format the string is expected to be in (see
       * description)
       * @param {Object} options - options used to set locale and numberingSystem
       * for parser
       * @returns {TokenParser} - opaque object to be used
       */
      static buildFormatParser(fmt, options = {}) {
        const {
          locale = null,
          numberingSystem = null
        } = options, localeToUse = Locale.fromOpts({
          locale,
          numberingSystem,
          defaultToEN: true
        });
        return new TokenParser(localeToUse, fmt);
      }
      /**
       * Create a DateTime from an input string and format parser.
       *
       * The format parser must have been created with the same locale as this call.
       *
       * @param {String} text - the string to parse
       * @param {TokenParser} formatParser - parser from {@link DateTime.buildFormatParser}
       * @param {Object} opts - options taken by fromFormat()
       * @returns {DateTime}
       */
      static fromFormatParser(text, formatParser, opts = {}) {
        if (isUndefined(text) || isUndefined(formatParser)) {
          throw new InvalidArgumentError("fromFormatParser requires an input string and a format parser");
        }
        const {
          locale = null,
          numberingSystem = null
        } = opts, localeToUse = Locale.fromOpts({
          locale,
          numberingSystem,
          defaultToEN: true
        });
        if (!localeToUse.equals(formatParser.locale)) {
          throw new InvalidArgumentError(`fromFormatParser called with a locale of ${localeToUse}, but the format parser was created for ${formatParser.locale}`);
        }
        const {
          result,
          zone,
          specificOffset,
          invalidReason
        } = formatParser.explainFromTokens(text);
        if (invalidReason) {
          return _DateTime.invalid(invalidReason);
        } else {
          return parseDataToDateTime(result, zone, opts, `format ${formatParser.format}`, text, specificOffset);
        }
      }
      // FORMAT PRESETS
      /**
       * {@link DateTime#toLocaleString} format like 10/14/1983
       * @type {Object}
       */
      static get DATE_SHORT() {
        return DATE_SHORT;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'Oct 14, 1983'
       * @type {Object}
       */
      static get DATE_MED() {
        return DATE_MED;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'Fri, Oct 14, 1983'
       * @type {Object}
       */
      static get DATE_MED_WITH_WEEKDAY() {
        return DATE_MED_WITH_WEEKDAY;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'October 14, 1983'
       * @type {Object}
       */
      static get DATE_FULL() {
        return DATE_FULL;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'Tuesday, October 14, 1983'
       * @type {Object}
       */
      static get DATE_HUGE() {
        return DATE_HUGE;
      }
      /**
       * {@link DateTime#toLocaleString} format like '09:30 AM'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get TIME_SIMPLE() {
        return TIME_SIMPLE;
      }
      /**
       * {@link DateTime#toLocaleString} format like '09:30:23 AM'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get TIME_WITH_SECONDS() {
        return TIME_WITH_SECONDS;
      }
      /**
       * {@link DateTime#toLocaleString} format like '09:30:23 AM EDT'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get TIME_WITH_SHORT_OFFSET() {
        return TIME_WITH_SHORT_OFFSET;
      }
      /**
       * {@link DateTime#toLocaleString} format like '09:30:23 AM Eastern Daylight Time'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get TIME_WITH_LONG_OFFSET() {
        return TIME_WITH_LONG_OFFSET;
      }
      /**
       * {@link DateTime#toLocaleString} format like '09:30', always 24-hour.
       * @type {Object}
       */
      static get TIME_24_SIMPLE() {
        return TIME_24_SIMPLE;
      }
      /**
       * {@link DateTime#toLocaleString} format like '09:30:23', always 24-hour.
       * @type {Object}
       */
      static get TIME_24_WITH_SECONDS() {
        return TIME_24_WITH_SECONDS;
      }
      /**
       * {@link DateTime#toLocaleString} format like '09:30:23 EDT', always 24-hour.
       * @type {Object}
       */
      static get TIME_24_WITH_SHORT_OFFSET() {
        return TIME_24_WITH_SHORT_OFFSET;
      }
      /**
       * {@link DateTime#toLocaleString} format like '09:30:23 Eastern Daylight Time', always 24-hour.
       * @type {Object}
       */
      static get TIME_24_WITH_LONG_OFFSET() {
        return TIME_24_WITH_LONG_OFFSET;
      }
      /**
       * {@link DateTime#toLocaleString} format like '10/14/1983, 9:30 AM'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get DATETIME_SHORT() {
        return DATETIME_SHORT;
      }
      /**
       * {@link DateTime#toLocaleString} format like '10/14/1983, 9:30:33 AM'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get DATETIME_SHORT_WITH_SECONDS() {
        return DATETIME_SHORT_WITH_SECONDS;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'Oct 14, 1983, 9:30 AM'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get DATETIME_MED() {
        return DATETIME_MED;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'Oct 14, 1983, 9:30:33 AM'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get DATETIME_MED_WITH_SECONDS() {
        return DATETIME_MED_WITH_SECONDS;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'Fri, 14 Oct 1983, 9:30 AM'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get DATETIME_MED_WITH_WEEKDAY() {
        return DATETIME_MED_WITH_WEEKDAY;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'October 14, 1983, 9:30 AM EDT'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get DATETIME_FULL() {
        return DATETIME_FULL;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'October 14, 1983, 9:30:33 AM EDT'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get DATETIME_FULL_WITH_SECONDS() {
        return DATETIME_FULL_WITH_SECONDS;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'Friday, October 14, 1983, 9:30 AM Eastern Daylight Time'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get DATETIME_HUGE() {
        return DATETIME_HUGE;
      }
      /**
       * {@link DateTime#toLocaleString} format like 'Friday, October 14, 1983, 9:30:33 AM Eastern Daylight Time'. Only 12-hour if the locale is.
       * @type {Object}
       */
      static get DATETIME_HUGE_WITH_SECONDS() {
        return DATETIME_HUGE_WITH_SECONDS;
      }
    };
    function friendlyDateTime(dateTimeish) {
      if (DateTime.isDateTime(dateTimeish)) {
        return dateTimeish;
      } else if (dateTimeish && dateTimeish.valueOf && isNumber(dateTimeish.valueOf())) {
        return DateTime.fromJSDate(dateTimeish);
      } else if (dateTimeish && typeof dateTimeish === "object") {
        return DateTime.fromObject(dateTimeish);
      } else {
        throw new InvalidArgumentError(`Unknown datetime argument: ${dateTimeish}, of type ${typeof dateTimeish}`);
      }
    }
    var VERSION2 = "3.7.2";
    exports.DateTime = DateTime;
    exports.Duration = Duration;
    exports.FixedOffsetZone = FixedOffsetZone;
    exports.IANAZone = IANAZone;
    exports.Info = Info;
    exports.Interval = Interval;
    exports.InvalidZone = InvalidZone;
    exports.Settings = Settings;
    exports.SystemZone = SystemZone;
    exports.VERSION = VERSION2;
    exports.Zone = Zone;
  }
});

// node_modules/cron-parser/dist/CronDate.js
var require_CronDate = __commonJS({
  "node_modules/cron-parser/dist/CronDate.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronDate = exports.DAYS_IN_MONTH = exports.DateMathOp = exports.TimeUnit = void 0;
    var luxon_1 = require_luxon();
    var TimeUnit;
    (function(TimeUnit2) {
      TimeUnit2["Second"] = "Second";
      TimeUnit2["Minute"] = "Minute";
      TimeUnit2["Hour"] = "Hour";
      TimeUnit2["Day"] = "Day";
      TimeUnit2["Month"] = "Month";
      TimeUnit2["Year"] = "Year";
    })(TimeUnit || (exports.TimeUnit = TimeUnit = {}));
    var DateMathOp;
    (function(DateMathOp2) {
      DateMathOp2["Add"] = "Add";
      DateMathOp2["Subtract"] = "Subtract";
    })(DateMathOp || (exports.DateMathOp = DateMathOp = {}));
    exports.DAYS_IN_MONTH = Object.freeze([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
    var CronDate = class _CronDate {
      #date;
      #dstStart = null;
      #dstStartLandingHour = null;
      #dstEnd = null;
      /**
       * Constructs a new CronDate instance.
       * @param {CronDate | Date | number | string} [timestamp] - The timestamp to initialize the CronDate with.
       * @param {string} [tz] - The timezone to use for the CronDate.
       */
      constructor(timestamp, tz) {
        const dateOpts = { zone: tz };
        if (!timestamp && timestamp !== 0) {
          this.#date = luxon_1.DateTime.local();
        } else if (timestamp instanceof _CronDate) {
          this.#date = timestamp.#date;
          this.#dstStart = timestamp.#dstStart;
          this.#dstStartLandingHour = timestamp.#dstStartLandingHour;
          this.#dstEnd = timestamp.#dstEnd;
        } else if (timestamp instanceof Date) {
          this.#date = luxon_1.DateTime.fromJSDate(timestamp, dateOpts);
        } else if (typeof timestamp === "number") {
          this.#date = luxon_1.DateTime.fromMillis(timestamp, dateOpts);
        } else {
          this.#date = luxon_1.DateTime.fromISO(timestamp, dateOpts);
          this.#date.isValid || (this.#date = luxon_1.DateTime.fromRFC2822(timestamp, dateOpts));
          this.#date.isValid || (this.#date = luxon_1.DateTime.fromSQL(timestamp, dateOpts));
          this.#date.isValid || (this.#date = luxon_1.DateTime.fromFormat(timestamp, "EEE, d MMM yyyy HH:mm:ss", dateOpts));
          this.#date.isValid || (this.#date = luxon_1.DateTime.fromHTTP(timestamp, dateOpts));
        }
        if (!this.#date.isValid) {
          throw new Error(`CronDate: unhandled timestamp: ${timestamp}`);
        }
        if (tz && tz !== this.#date.zoneName) {
          this.#date = this.#date.setZone(tz);
        }
      }
      /**
       * Determines if the given year is a leap year.
       * @param {number} year - The year to check
       * @returns {boolean} - True if the year is a leap year, false otherwise
       * @private
       */
      static #isLeapYear(year) {
        return year % 4 === 0 && year % 100 !== 0 || year % 400 === 0;
      }
      /**
       * Returns daylight savings start time.
       * @returns {number | null}
       */
      get dstStart() {
        return this.#dstStart;
      }
      /**
       * Returns the first existing hour after the skipped window, or null.
       * @returns {number | null}
       */
      get dstStartLandingHour() {
        return this.#dstStartLandingHour;
      }
      /**
       * Discards the recorded daylight savings start window. The two halves are
       * only meaningful together, so neither is writable on its own.
       */
      clearDstStart() {
        this.#dstStart = null;
        this.#dstStartLandingHour = null;
      }
      /**
       * Returns daylight savings end time.
       * @returns {number | null}
       */
      get dstEnd() {
        return this.#dstEnd;
      }
      /**
       * Sets daylight savings end time.
       * @param {number | null} value
       */
      set dstEnd(value) {
        this.#dstEnd = value;
      }
      /**
       * Adds one year to the current CronDate.
       */
      addYear() {
        this.#date = this.#date.plus({ years: 1 });
      }
      /**
       * Adds one month to the current CronDate.
       */
      addMonth() {
        this.#date = this.#date.plus({ months: 1 }).startOf("month");
      }
      /**
       * Adds one day to the current CronDate.
       */
      addDay() {
        this.#date = this.#date.plus({ days: 1 }).startOf("day");
      }
      /**
       * Adds one hour to the current CronDate.
       */
      addHour() {
        this.#date = this.#date.plus({ hours: 1 }).startOf("hour");
      }
      /**
       * Adds one minute to the current CronDate.
       */
      addMinute() {
        this.#date = this.#date.plus({ minutes: 1 }).startOf("minute");
      }
      /**
       * Adds one second to the current CronDate.
       */
      addSecond() {
        this.#date = this.#date.plus({ seconds: 1 });
      }
      /**
       * Subtracts one year from the current CronDate.
       */
      subtractYear() {
        this.#date = this.#date.minus({ years: 1 });
      }
      /**
       * Subtracts one month from the current CronDate.
       * If the month is 1, it will subtract one year instead.
       */
      subtractMonth() {
        this.#date = this.#date.minus({ months: 1 }).endOf("month").startOf("second");
      }
      /**
       * Subtracts one day from the current CronDate.
       * If the day is 1, it will subtract one month instead.
       */
      subtractDay() {
        this.#date = this.#date.minus({ days: 1 }).endOf("day").startOf("second");
      }
      /**
       * Subtracts one hour from the current CronDate.
       * If the hour is 0, it will subtract one day instead.
       */
      subtractHour() {
        this.#date = this.#date.minus({ hours: 1 }).endOf("hour").startOf("second");
      }
      /**
       * Subtracts one minute from the current CronDate.
       * If the minute is 0, it will subtract one hour instead.
       */
      subtractMinute() {
        this.#date = this.#date.minus({ minutes: 1 }).endOf("minute").startOf("second");
      }
      /**
       * Subtracts one second from the current CronDate.
       * If the second is 0, it will subtract one minute instead.
       */
      subtractSecond() {
        this.#date = this.#date.minus({ seconds: 1 });
      }
      /**
       * Adds a unit of time to the current CronDate.
       * @param {TimeUnit} unit
       */
      addUnit(unit) {
        switch (unit) {
          case TimeUnit.Year:
            return this.addYear();
          case TimeUnit.Month:
            return this.addMonth();
          case TimeUnit.Day:
            return this.addDay();
          case TimeUnit.Hour:
            return this.addHour();
          case TimeUnit.Minute:
            return this.addMinute();
          case TimeUnit.Second:
            return this.addSecond();
        }
      }
      /**
       * Subtracts a unit of time from the current CronDate.
       * @param {TimeUnit} unit
       */
      subtractUnit(unit) {
        switch (unit) {
          case TimeUnit.Year:
            return this.subtractYear();
          case TimeUnit.Month:
            return this.subtractMonth();
          case TimeUnit.Day:
            return this.subtractDay();
          case TimeUnit.Hour:
            return this.subtractHour();
          case TimeUnit.Minute:
            return this.subtractMinute();
          case TimeUnit.Second:
            return this.subtractSecond();
        }
      }
      /**
       * Handles a math operation.
       * @param {DateMathOp} verb - {'add' | 'subtract'}
       * @param {TimeUnit} unit - {'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'}
       */
      invokeDateOperation(verb, unit) {
        if (verb === DateMathOp.Add) {
          this.addUnit(unit);
          return;
        }
        if (verb === DateMathOp.Subtract) {
          this.subtractUnit(unit);
          return;
        }
        throw new Error(`Invalid verb: ${verb}`);
      }
      /**
       * Returns the day.
       * @returns {number}
       */
      getDate() {
        return this.#date.day;
      }
      /**
       * Returns the year.
       * @returns {number}
       */
      getFullYear() {
        return this.#date.year;
      }
      /**
       * Returns the day of the week.
       * @returns {number}
       */
      getDay() {
        const weekday = this.#date.weekday;
        return weekday === 7 ? 0 : weekday;
      }
      /**
       * Returns the month.
       * @returns {number}
       */
      getMonth() {
        return this.#date.month - 1;
      }
      /**
       * Returns the hour.
       * @returns {number}
       */
      getHours() {
        return this.#date.hour;
      }
      /**
       * Returns the minutes.
       * @returns {number}
       */
      getMinutes() {
        return this.#date.minute;
      }
      /**
       * Returns the seconds.
       * @returns {number}
       */
      getSeconds() {
        return this.#date.second;
      }
      /**
       * Returns the milliseconds.
       * @returns {number}
       */
      getMilliseconds() {
        return this.#date.millisecond;
      }
      /**
       * Returns the timezone offset from UTC in minutes (e.g. UTC+2 => 120).
       * Useful for detecting DST transition days.
       *
       * @returns {number} UTC offset in minutes
       */
      getUTCOffset() {
        return this.#date.offset;
      }
      /**
       * Sets the time to the start of the day (00:00:00.000) in the current timezone.
       */
      setStartOfDay() {
        this.#date = this.#date.startOf("day");
      }
      /**
       * Sets the time to the end of the day (23:59:59.999) in the current timezone.
       */
      setEndOfDay() {
        this.#date = this.#date.endOf("day");
      }
      /**
       * Returns the time.
       * @returns {number}
       */
      getTime() {
        return this.#date.valueOf();
      }
      /**
       * Returns the UTC day.
       * @returns {number}
       */
      getUTCDate() {
        return this.#getUTC().day;
      }
      /**
       * Returns the UTC year.
       * @returns {number}
       */
      getUTCFullYear() {
        return this.#getUTC().year;
      }
      /**
       * Returns the UTC day of the week.
       * @returns {number}
       */
      getUTCDay() {
        const weekday = this.#getUTC().weekday;
        return weekday === 7 ? 0 : weekday;
      }
      /**
       * Returns the UTC month.
       * @returns {number}
       */
      getUTCMonth() {
        return this.#getUTC().month - 1;
      }
      /**
       * Returns the UTC hour.
       * @returns {number}
       */
      getUTCHours() {
        return this.#getUTC().hour;
      }
      /**
       * Returns the UTC minutes.
       * @returns {number}
       */
      getUTCMinutes() {
        return this.#getUTC().minute;
      }
      /**
       * Returns the UTC seconds.
       * @returns {number}
       */
      getUTCSeconds() {
        return this.#getUTC().second;
      }
      /**
       * Returns the UTC milliseconds.
       * @returns {string | null}
       */
      toISOString() {
        return this.#date.toUTC().toISO();
      }
      /**
       * Returns the date as a JSON string.
       * @returns {string | null}
       */
      toJSON() {
        return this.#date.toJSON();
      }
      /**
       * Sets a date unit, skipping the luxon `set` call when the value does not change.
       */
      #set(unit, value) {
        if (this.#date[unit] !== value) {
          this.#date = this.#date.set({ [unit]: value });
        }
      }
      /**
       * Sets the day.
       * @param d
       */
      setDate(d) {
        this.#set("day", d);
      }
      /**
       * Sets the year.
       * @param y
       */
      setFullYear(y) {
        this.#set("year", y);
      }
      /**
       * Sets the day of the week.
       * @param d
       */
      setDay(d) {
        this.#set("weekday", d);
      }
      /**
       * Sets the month.
       * @param m
       */
      setMonth(m) {
        this.#set("month", m + 1);
      }
      /**
       * Sets the hour.
       * @param h
       */
      setHours(h) {
        this.#set("hour", h);
      }
      /**
       * Sets the minutes.
       * @param m
       */
      setMinutes(m) {
        this.#set("minute", m);
      }
      /**
       * Sets the seconds.
       * @param s
       */
      setSeconds(s) {
        this.#set("second", s);
      }
      /**
       * Sets the milliseconds.
       * @param s
       */
      setMilliseconds(s) {
        this.#set("millisecond", s);
      }
      /**
       * Returns the date as a string.
       * @returns {string}
       */
      toString() {
        return this.toDate().toString();
      }
      /**
       * Returns the date as a Date object.
       * @returns {Date}
       */
      toDate() {
        return this.#date.toJSDate();
      }
      /**
       * Returns true if the day is the last day of the month.
       * @returns {boolean}
       */
      isLastDayOfMonth() {
        const { day, month } = this.#date;
        if (month === 2) {
          const isLeap = _CronDate.#isLeapYear(this.#date.year);
          return day === exports.DAYS_IN_MONTH[month - 1] - (isLeap ? 0 : 1);
        }
        return day === exports.DAYS_IN_MONTH[month - 1];
      }
      /**
       * Returns true if the day is the last weekday of the month.
       * @returns {boolean}
       */
      isLastWeekdayOfMonth() {
        const { day, month } = this.#date;
        let lastDay;
        if (month === 2) {
          lastDay = exports.DAYS_IN_MONTH[month - 1] - (_CronDate.#isLeapYear(this.#date.year) ? 0 : 1);
        } else {
          lastDay = exports.DAYS_IN_MONTH[month - 1];
        }
        return day > lastDay - 7;
      }
      /**
       * Primarily for internal use.
       * @param {DateMathOp} op - The operation to perform.
       * @param {TimeUnit} unit - The unit of time to use.
       * @param {number} [hoursLength] - The length of the hours. Used to skip the DST handling when every hour is scheduled.
       */
      applyDateOperation(op, unit, hoursLength) {
        if (unit === TimeUnit.Month || unit === TimeUnit.Day) {
          this.invokeDateOperation(op, unit);
          this.clearDstStart();
          if (op === DateMathOp.Add && hoursLength !== 24 && this.getHours() > 0) {
            this.#dstStart = 0;
            this.#dstStartLandingHour = this.getHours();
          }
          return;
        }
        const previousHour = this.getHours();
        const previousOffset = this.getUTCOffset();
        this.invokeDateOperation(op, unit);
        const currentHour = this.getHours();
        const advance = (currentHour - previousHour + 24) % 24;
        if (op === DateMathOp.Add && this.getUTCOffset() > previousOffset && advance >= 2) {
          if (hoursLength !== 24) {
            this.#dstStart = (previousHour + 1) % 24;
            this.#dstStartLandingHour = currentHour;
          }
        } else if (advance === 0 && this.getMinutes() === 0 && this.getSeconds() === 0) {
          if (hoursLength !== 24) {
            this.dstEnd = currentHour;
          }
        }
      }
      /**
       * Returns the UTC date.
       * @private
       * @returns {DateTime}
       */
      #getUTC() {
        return this.#date.toUTC();
      }
    };
    exports.CronDate = CronDate;
    exports.default = CronDate;
  }
});

// node_modules/cron-parser/dist/fields/CronMonth.js
var require_CronMonth = __commonJS({
  "node_modules/cron-parser/dist/fields/CronMonth.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronMonth = void 0;
    var CronDate_1 = require_CronDate();
    var CronField_1 = require_CronField();
    var MIN_MONTH = 1;
    var MAX_MONTH = 12;
    var MONTH_CHARS = Object.freeze([]);
    var CronMonth = class extends CronField_1.CronField {
      static get min() {
        return MIN_MONTH;
      }
      static get max() {
        return MAX_MONTH;
      }
      static get chars() {
        return MONTH_CHARS;
      }
      static get daysInMonth() {
        return CronDate_1.DAYS_IN_MONTH;
      }
      /**
       * CronDayOfMonth constructor. Initializes the "day of the month" field with the provided values.
       * @param {MonthRange[]} values - Values for the "day of the month" field
       * @param {CronFieldOptions} [options] - Options provided by the parser
       */
      constructor(values, options) {
        super(values, options);
        this.validate();
      }
      /**
       * Returns an array of allowed values for the "day of the month" field.
       * @returns {MonthRange[]}
       */
      get values() {
        return super.values;
      }
    };
    exports.CronMonth = CronMonth;
  }
});

// node_modules/cron-parser/dist/fields/CronDayOfMonth.js
var require_CronDayOfMonth = __commonJS({
  "node_modules/cron-parser/dist/fields/CronDayOfMonth.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronDayOfMonth = void 0;
    var CronField_1 = require_CronField();
    var CronMonth_1 = require_CronMonth();
    var MIN_DAY = 1;
    var MAX_DAY = 31;
    var DAY_CHARS = Object.freeze(["L"]);
    var CronDayOfMonth = class _CronDayOfMonth extends CronField_1.CronField {
      /**
       * Creates a "day of the month" field limited to the days the given month has.
       * @param {MonthRange[]} month - Values for the "month" field the days are used with
       * @param {DayOfMonthRange[]} values - Values for the "day of the month" field
       * @param {CronFieldOptions} [options] - Options provided by the parser
       * @returns {CronDayOfMonth}
       */
      static fromMonth(month, values, options) {
        if (month.length !== 1) {
          return new _CronDayOfMonth(values, options);
        }
        const daysInMonth = CronMonth_1.CronMonth.daysInMonth[month[0] - 1];
        const days = values.filter((value) => typeof value !== "number" || value <= daysInMonth);
        return new _CronDayOfMonth(days.length > 0 ? days : values, options);
      }
      static get min() {
        return MIN_DAY;
      }
      static get max() {
        return MAX_DAY;
      }
      static get chars() {
        return DAY_CHARS;
      }
      static get validChars() {
        return /^[?,*\dLH/-]+$|^.*H\(\d+-\d+\)\/\d+.*$|^.*H\(\d+-\d+\).*$|^.*H\/\d+.*$/;
      }
      /**
       * CronDayOfMonth constructor. Initializes the "day of the month" field with the provided values.
       * @param {DayOfMonthRange[]} values - Values for the "day of the month" field
       * @param {CronFieldOptions} [options] - Options provided by the parser
       * @throws {Error} if validation fails
       */
      constructor(values, options) {
        super(values, options);
        this.validate();
      }
      /**
       * Returns an array of allowed values for the "day of the month" field.
       * @returns {DayOfMonthRange[]}
       */
      get values() {
        return super.values;
      }
    };
    exports.CronDayOfMonth = CronDayOfMonth;
  }
});

// node_modules/cron-parser/dist/fields/CronDayOfWeek.js
var require_CronDayOfWeek = __commonJS({
  "node_modules/cron-parser/dist/fields/CronDayOfWeek.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronDayOfWeek = void 0;
    var CronField_1 = require_CronField();
    var MIN_DAY = 0;
    var MAX_DAY = 7;
    var DAY_CHARS = Object.freeze(["L"]);
    var CronDayOfWeek = class extends CronField_1.CronField {
      static get min() {
        return MIN_DAY;
      }
      static get max() {
        return MAX_DAY;
      }
      static get chars() {
        return DAY_CHARS;
      }
      static isValidChar(value) {
        return /^[0-7]?L$/.test(value);
      }
      static get validChars() {
        return /^[?,*\dLH#/-]+$|^.*H\(\d+-\d+\)\/\d+.*$|^.*H\(\d+-\d+\).*$|^.*H\/\d+.*$/;
      }
      /**
       * CronDayOfTheWeek constructor. Initializes the "day of the week" field with the provided values.
       * @param {DayOfWeekRange[]} values - Values for the "day of the week" field
       * @param {CronFieldOptions} [options] - Options provided by the parser
       */
      constructor(values, options) {
        super(values, options);
        this.validate();
        if (this.values.some((value) => value === "L")) {
          throw new Error(`${this.constructor.name} Validation error, unexpected standalone L`);
        }
      }
      /**
       * Returns an array of allowed values for the "day of the week" field.
       * @returns {DayOfWeekRange[]}
       */
      get values() {
        return super.values;
      }
      /**
       * Returns the nth day of the week if specified in the cron expression.
       * This is used for the '#' character in the cron expression.
       * @returns {number} The nth day of the week (1-5) or 0 if not specified.
       */
      get nthDay() {
        return this.options.nthDayOfWeek ?? 0;
      }
    };
    exports.CronDayOfWeek = CronDayOfWeek;
  }
});

// node_modules/cron-parser/dist/fields/CronHour.js
var require_CronHour = __commonJS({
  "node_modules/cron-parser/dist/fields/CronHour.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronHour = void 0;
    var CronField_1 = require_CronField();
    var MIN_HOUR = 0;
    var MAX_HOUR = 23;
    var HOUR_CHARS = Object.freeze([]);
    var CronHour = class extends CronField_1.CronField {
      static get min() {
        return MIN_HOUR;
      }
      static get max() {
        return MAX_HOUR;
      }
      static get chars() {
        return HOUR_CHARS;
      }
      /**
       * CronHour constructor. Initializes the "hour" field with the provided values.
       * @param {HourRange[]} values - Values for the "hour" field
       * @param {CronFieldOptions} [options] - Options provided by the parser
       */
      constructor(values, options) {
        super(values, options);
        this.validate();
      }
      /**
       * Returns an array of allowed values for the "hour" field.
       * @returns {HourRange[]}
       */
      get values() {
        return super.values;
      }
    };
    exports.CronHour = CronHour;
  }
});

// node_modules/cron-parser/dist/fields/CronMinute.js
var require_CronMinute = __commonJS({
  "node_modules/cron-parser/dist/fields/CronMinute.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronMinute = void 0;
    var CronField_1 = require_CronField();
    var MIN_MINUTE = 0;
    var MAX_MINUTE = 59;
    var MINUTE_CHARS = Object.freeze([]);
    var CronMinute = class extends CronField_1.CronField {
      static get min() {
        return MIN_MINUTE;
      }
      static get max() {
        return MAX_MINUTE;
      }
      static get chars() {
        return MINUTE_CHARS;
      }
      /**
       * CronSecond constructor. Initializes the "second" field with the provided values.
       * @param {SixtyRange[]} values - Values for the "second" field
       * @param {CronFieldOptions} [options] - Options provided by the parser
       */
      constructor(values, options) {
        super(values, options);
        this.validate();
      }
      /**
       * Returns an array of allowed values for the "second" field.
       * @returns {SixtyRange[]}
       */
      get values() {
        return super.values;
      }
    };
    exports.CronMinute = CronMinute;
  }
});

// node_modules/cron-parser/dist/fields/CronSecond.js
var require_CronSecond = __commonJS({
  "node_modules/cron-parser/dist/fields/CronSecond.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronSecond = void 0;
    var CronField_1 = require_CronField();
    var MIN_SECOND = 0;
    var MAX_SECOND = 59;
    var SECOND_CHARS = Object.freeze([]);
    var CronSecond = class extends CronField_1.CronField {
      static get min() {
        return MIN_SECOND;
      }
      static get max() {
        return MAX_SECOND;
      }
      static get chars() {
        return SECOND_CHARS;
      }
      /**
       * CronSecond constructor. Initializes the "second" field with the provided values.
       * @param {SixtyRange[]} values - Values for the "second" field
       * @param {CronFieldOptions} [options] - Options provided by the parser
       */
      constructor(values, options) {
        super(values, options);
        this.validate();
      }
      /**
       * Returns an array of allowed values for the "second" field.
       * @returns {SixtyRange[]}
       */
      get values() {
        return super.values;
      }
    };
    exports.CronSecond = CronSecond;
  }
});

// node_modules/cron-parser/dist/fields/index.js
var require_fields = __commonJS({
  "node_modules/cron-parser/dist/fields/index.js"(exports) {
    "use strict";
    var __createBinding = exports && exports.__createBinding || (Object.create ? (function(o, m, k, k2) {
      if (k2 === void 0) k2 = k;
      var desc = Object.getOwnPropertyDescriptor(m, k);
      if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) {
        desc = { enumerable: true, get: function() {
          return m[k];
        } };
      }
      Object.defineProperty(o, k2, desc);
    }) : (function(o, m, k, k2) {
      if (k2 === void 0) k2 = k;
      o[k2] = m[k];
    }));
    var __exportStar = exports && exports.__exportStar || function(m, exports2) {
      for (var p in m) if (p !== "default" && !Object.prototype.hasOwnProperty.call(exports2, p)) __createBinding(exports2, m, p);
    };
    Object.defineProperty(exports, "__esModule", { value: true });
    __exportStar(require_types(), exports);
    __exportStar(require_CronDayOfMonth(), exports);
    __exportStar(require_CronDayOfWeek(), exports);
    __exportStar(require_CronField(), exports);
    __exportStar(require_CronHour(), exports);
    __exportStar(require_CronMinute(), exports);
    __exportStar(require_CronMonth(), exports);
    __exportStar(require_CronSecond(), exports);
  }
});

// node_modules/cron-parser/dist/CronFieldCollection.js
var require_CronFieldCollection = __commonJS({
  "node_modules/cron-parser/dist/CronFieldCollection.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronFieldCollection = void 0;
    var fields_1 = require_fields();
    var CronFieldCollection = class _CronFieldCollection {
      #second;
      #minute;
      #hour;
      #dayOfMonth;
      #month;
      #dayOfWeek;
      /**
       * Creates a new CronFieldCollection instance by partially overriding fields from an existing one.
       * @param {CronFieldCollection} base - The base CronFieldCollection to copy fields from
       * @param {CronFieldOverride} fields - The fields to override, can be CronField instances or raw values
       * @returns {CronFieldCollection} A new CronFieldCollection instance
       * @example
       * const base = new CronFieldCollection({
       *   second: new CronSecond([0]),
       *   minute: new CronMinute([0]),
       *   hour: new CronHour([12]),
       *   dayOfMonth: new CronDayOfMonth([1]),
       *   month: new CronMonth([1]),
       *   dayOfWeek: new CronDayOfWeek([1])
       * });
       *
       * // Using CronField instances
       * const modified1 = CronFieldCollection.from(base, {
       *   hour: new CronHour([15]),
       *   minute: new CronMinute([30])
       * });
       *
       * // Using raw values
       * const modified2 = CronFieldCollection.from(base, {
       *   hour: [15],        // Will create new CronHour
       *   minute: [30]       // Will create new CronMinute
       * });
       */
      static from(base, fields) {
        return new _CronFieldCollection({
          second: this.resolveField(fields_1.CronSecond, base.second, fields.second),
          minute: this.resolveField(fields_1.CronMinute, base.minute, fields.minute),
          hour: this.resolveField(fields_1.CronHour, base.hour, fields.hour),
          dayOfMonth: this.resolveField(fields_1.CronDayOfMonth, base.dayOfMonth, fields.dayOfMonth),
          month: this.resolveField(fields_1.CronMonth, base.month, fields.month),
          dayOfWeek: this.resolveField(fields_1.CronDayOfWeek, base.dayOfWeek, fields.dayOfWeek)
        });
      }
      /**
       * Resolves a field value, either using the provided CronField instance or creating a new one from raw values.
       * @param constructor - The constructor for creating new field instances
       * @param baseField - The base field to use if no override is provided
       * @param fieldValue - The override value, either a CronField instance or raw values
       * @returns The resolved CronField instance
       * @private
       */
      static resolveField(constructor, baseField, fieldValue) {
        if (!fieldValue) {
          return baseField;
        }
        if (fieldValue instanceof fields_1.CronField) {
          return fieldValue;
        }
        return new constructor(fieldValue);
      }
      /**
       * CronFieldCollection constructor. Initializes the cron fields with the provided values.
       * @param {CronFields} param0 - The cron fields values
       * @throws {Error} if validation fails
       * @example
       * const cronFields = new CronFieldCollection({
       *   second: new CronSecond([0]),
       *   minute: new CronMinute([0, 30]),
       *   hour: new CronHour([9]),
       *   dayOfMonth: new CronDayOfMonth([15]),
       *   month: new CronMonth([1]),
       *   dayOfWeek: new CronDayOfTheWeek([1, 2, 3, 4, 5]),
       * })
       *
       * console.log(cronFields.second.values); // [0]
       * console.log(cronFields.minute.values); // [0, 30]
       * console.log(cronFields.hour.values); // [9]
       * console.log(cronFields.dayOfMonth.values); // [15]
       * console.log(cronFields.month.values); // [1]
       * console.log(cronFields.dayOfWeek.values); // [1, 2, 3, 4, 5]
       */
      constructor({ second, minute, hour, dayOfMonth, month, dayOfWeek }) {
        if (!second) {
          throw new Error("Validation error, Field second is missing");
        }
        if (!minute) {
          throw new Error("Validation error, Field minute is missing");
        }
        if (!hour) {
          throw new Error("Validation error, Field hour is missing");
        }
        if (!dayOfMonth) {
          throw new Error("Validation error, Field dayOfMonth is missing");
        }
        if (!month) {
          throw new Error("Validation error, Field month is missing");
        }
        if (!dayOfWeek) {
          throw new Error("Validation error, Field dayOfWeek is missing");
        }
        if (!dayOfMonth.hasLastChar && dayOfWeek.isWildcard) {
          const longestMonth = Math.max(...month.values.map((value) => fields_1.CronMonth.daysInMonth[value - 1]));
          if (!(parseInt(dayOfMonth.values[0], 10) <= longestMonth)) {
            throw new Error("Invalid explicit day of month definition");
          }
        }
        this.#second = second;
        this.#minute = minute;
        this.#hour = hour;
        this.#month = month;
        this.#dayOfWeek = dayOfWeek;
        this.#dayOfMonth = dayOfMonth;
      }
      /**
       * Returns the second field.
       * @returns {CronSecond}
       */
      get second() {
        return this.#second;
      }
      /**
       * Returns the minute field.
       * @returns {CronMinute}
       */
      get minute() {
        return this.#minute;
      }
      /**
       * Returns the hour field.
       * @returns {CronHour}
       */
      get hour() {
        return this.#hour;
      }
      /**
       * Returns the day of the month field.
       * @returns {CronDayOfMonth}
       */
      get dayOfMonth() {
        return this.#dayOfMonth;
      }
      /**
       * Returns the month field.
       * @returns {CronMonth}
       */
      get month() {
        return this.#month;
      }
      /**
       * Returns the day of the week field.
       * @returns {CronDayOfWeek}
       */
      get dayOfWeek() {
        return this.#dayOfWeek;
      }
      /**
       * Returns a string representation of the cron fields.
       * @param {(number | CronChars)[]} input - The cron fields values
       * @static
       * @returns {FieldRange[]} - The compacted cron fields
       */
      static compactField(input) {
        if (input.length === 0) {
          return [];
        }
        const output = [];
        let current = void 0;
        input.forEach((item, i, arr) => {
          if (current === void 0) {
            current = { start: item, count: 1 };
            return;
          }
          const prevItem = arr[i - 1] || current.start;
          const nextItem = arr[i + 1];
          if (item === "L" || item === "W") {
            output.push(current);
            output.push({ start: item, count: 1 });
            current = void 0;
            return;
          }
          if (current.step === void 0 && nextItem !== void 0) {
            const step = item - prevItem;
            const nextStep = nextItem - item;
            if (step <= nextStep) {
              current = { ...current, count: 2, end: item, step };
              return;
            }
            current.step = 1;
          }
          if (item - (current.end ?? 0) === current.step) {
            current.count++;
            current.end = item;
          } else {
            if (current.count === 1) {
              output.push({ start: current.start, count: 1 });
            } else if (current.count === 2) {
              output.push({ start: current.start, count: 1 });
              output.push({
                start: current.end ?? /* istanbul ignore next - see above */
                prevItem,
                count: 1
              });
            } else {
              output.push(current);
            }
            current = { start: item, count: 1 };
          }
        });
        if (current) {
          output.push(current);
        }
        return output;
      }
      /**
       * Handles a single range.
       * @param {CronField} field - The cron field to stringify
       * @param {FieldRange} range {start: number, end: number, step: number, count: number} The range to handle.
       * @param {number} max The maximum value for the field.
       * @returns {string | null} The stringified range or null if it cannot be stringified.
       * @private
       */
      static #handleSingleRange(field, range, max) {
        const step = range.step;
        if (!step) {
          return null;
        }
        if (step === 1 && range.start === field.min && range.end && range.end >= max) {
          const isDayField = field instanceof fields_1.CronDayOfMonth || field instanceof fields_1.CronDayOfWeek;
          if (isDayField && !field.isWildcard) {
            return null;
          }
          return field.hasQuestionMarkChar ? "?" : "*";
        }
        if (step !== 1 && range.start === field.min && range.end && range.end >= max - step + 1) {
          return `*/${step}`;
        }
        return null;
      }
      /**
       * Handles multiple ranges.
       * @param {FieldRange} range {start: number, end: number, step: number, count: number} The range to handle.
       * @returns {string} The stringified range.
       * @private
       */
      static #handleMultipleRanges(range) {
        const step = range.step;
        if (step === 1) {
          return `${range.start}-${range.end}`;
        }
        const multiplier = range.start === 0 ? range.count - 1 : range.count;
        if (!step) {
          throw new Error("Unexpected range step");
        }
        if (!range.end) {
          throw new Error("Unexpected range end");
        }
        if (step * multiplier > range.end) {
          const mapFn = (_, index) => {
            if (typeof range.start !== "number") {
              throw new Error("Unexpected range start");
            }
            return index % step === 0 ? range.start + index : null;
          };
          if (typeof range.start !== "number") {
            throw new Error("Unexpected range start");
          }
          const seed = { length: range.end - range.start + 1 };
          return Array.from(seed, mapFn).filter((value) => value !== null).join(",");
        }
        return `${range.start}-${range.end}/${step}`;
      }
      /**
       * Returns a string representation of the cron fields.
       * @param {CronField} field - The cron field to stringify
       * @static
       * @returns {string} - The stringified cron field
       */
      stringifyField(field) {
        let max = field.max;
        let values = field.values;
        if (field instanceof fields_1.CronDayOfWeek) {
          max = 6;
          const dayOfWeek = this.#dayOfWeek.values;
          values = dayOfWeek[dayOfWeek.length - 1] === 7 ? dayOfWeek.slice(0, -1) : dayOfWeek;
        }
        if (field instanceof fields_1.CronDayOfMonth) {
          max = this.#month.values.length === 1 ? fields_1.CronMonth.daysInMonth[this.#month.values[0] - 1] : field.max;
        }
        const ranges = _CronFieldCollection.compactField(values);
        if (ranges.length === 1) {
          const singleRangeResult = _CronFieldCollection.#handleSingleRange(field, ranges[0], max);
          if (singleRangeResult) {
            return singleRangeResult;
          }
        }
        return ranges.map((range) => {
          const value = range.count === 1 ? range.start.toString() : _CronFieldCollection.#handleMultipleRanges(range);
          if (field instanceof fields_1.CronDayOfWeek && field.nthDay > 0) {
            return `${value}#${field.nthDay}`;
          }
          return value;
        }).join(",");
      }
      /**
       * Returns a string representation of the cron field values.
       * @param {boolean} includeSeconds - Whether to include seconds in the output
       * @returns {string} The formatted cron string
       */
      stringify(includeSeconds = false) {
        const arr = [];
        if (includeSeconds) {
          arr.push(this.stringifyField(this.#second));
        }
        arr.push(
          this.stringifyField(this.#minute),
          // minute
          this.stringifyField(this.#hour),
          // hour
          this.stringifyField(this.#dayOfMonth),
          // dayOfMonth
          this.stringifyField(this.#month),
          // month
          this.stringifyField(this.#dayOfWeek)
        );
        return arr.join(" ");
      }
      /**
       * Returns a serialized representation of the cron fields values.
       * @returns {SerializedCronFields} An object containing the cron field values
       */
      serialize() {
        return {
          second: this.#second.serialize(),
          minute: this.#minute.serialize(),
          hour: this.#hour.serialize(),
          dayOfMonth: this.#dayOfMonth.serialize(),
          month: this.#month.serialize(),
          dayOfWeek: this.#dayOfWeek.serialize()
        };
      }
    };
    exports.CronFieldCollection = CronFieldCollection;
  }
});

// node_modules/cron-parser/dist/CronExpression.js
var require_CronExpression = __commonJS({
  "node_modules/cron-parser/dist/CronExpression.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronExpression = exports.LOOPS_LIMIT_EXCEEDED_ERROR_MESSAGE = exports.TIME_SPAN_OUT_OF_BOUNDS_ERROR_MESSAGE = void 0;
    var CronDate_1 = require_CronDate();
    exports.TIME_SPAN_OUT_OF_BOUNDS_ERROR_MESSAGE = "Out of the time span range";
    exports.LOOPS_LIMIT_EXCEEDED_ERROR_MESSAGE = "Invalid expression, loop limit exceeded";
    var LOOP_LIMIT = 1e4;
    var CronExpression = class _CronExpression {
      #options;
      #tz;
      #initialDate;
      #currentDate;
      #startDate;
      #endDate;
      #fields;
      #dstTransitionDayKey = null;
      #isDstTransitionDay = false;
      /**
       * Creates a new CronExpression instance.
       *
       * @param {CronFieldCollection} fields - Cron fields.
       * @param {CronExpressionOptions} options - Parser options.
       */
      constructor(fields, options) {
        this.#options = options;
        this.#tz = options.tz;
        this.#startDate = options.startDate != null ? new CronDate_1.CronDate(options.startDate, this.#tz) : null;
        this.#endDate = options.endDate != null ? new CronDate_1.CronDate(options.endDate, this.#tz) : null;
        let currentDateValue = options.currentDate ?? options.startDate;
        if (currentDateValue != null) {
          const tempCurrentDate = new CronDate_1.CronDate(currentDateValue, this.#tz);
          if (this.#startDate && tempCurrentDate.getTime() < this.#startDate.getTime()) {
            currentDateValue = this.#startDate;
          } else if (this.#endDate && tempCurrentDate.getTime() > this.#endDate.getTime()) {
            currentDateValue = this.#endDate;
          }
        }
        this.#initialDate = new CronDate_1.CronDate(currentDateValue, this.#tz);
        this.#currentDate = this.#initialDate;
        this.#fields = fields;
      }
      /**
       * Getter for the cron fields.
       *
       * @returns {CronFieldCollection} Cron fields.
       */
      get fields() {
        return this.#fields;
      }
      /**
       * Converts cron fields back to a CronExpression instance.
       *
       * @public
       * @param {Record<string, number[]>} fields - The input cron fields object.
       * @param {CronExpressionOptions} [options] - Optional parsing options.
       * @returns {CronExpression} - A new CronExpression instance.
       */
      static fieldsToExpression(fields, options) {
        return new _CronExpression(fields, options || {});
      }
      /**
       * Checks if the given value matches any element in the sequence.
       *
       * @param {number} value - The value to be matched.
       * @param {number[]} sequence - The sequence to be checked against.
       * @returns {boolean} - True if the value matches an element in the sequence; otherwise, false.
       * @memberof CronExpression
       * @private
       */
      static #matchSchedule(value, sequence) {
        return sequence.some((element) => element === value);
      }
      /**
       * Returns the minimum or maximum value from the given array of numbers.
       *
       * @param {number[]} values - An array of numbers.
       * @param {boolean} reverse - If true, returns the maximum value; otherwise, returns the minimum value.
       * @returns {number} - The minimum or maximum value.
       */
      #getMinOrMax(values, reverse) {
        return values[reverse ? values.length - 1 : 0];
      }
      /**
       * Checks whether the given date falls on a DST transition day in its timezone.
       *
       * This is used to disable certain “direct set” fast paths on DST days, because setting the hour
       * directly may land on a non-existent or repeated local time. We cache the result per calendar day
       * to keep iteration overhead low.
       *
       * @param {CronDate} currentDate - Date to check (in the cron timezone)
       * @returns {boolean} True when the day has a DST transition
       * @private
       */
      #checkDstTransition(currentDate) {
        const key = `${currentDate.getFullYear()}-${currentDate.getMonth() + 1}-${currentDate.getDate()}`;
        if (this.#dstTransitionDayKey === key) {
          return this.#isDstTransitionDay;
        }
        const startOfDay = new CronDate_1.CronDate(currentDate);
        startOfDay.setStartOfDay();
        const endOfDay = new CronDate_1.CronDate(currentDate);
        endOfDay.setEndOfDay();
        this.#dstTransitionDayKey = key;
        this.#isDstTransitionDay = startOfDay.getUTCOffset() !== endOfDay.getUTCOffset();
        return this.#isDstTransitionDay;
      }
      /**
       * Moves the date to the next/previous allowed second value. If there is no remaining allowed second
       * within the current minute, rolls to the next/previous minute and resets seconds to the min/max allowed.
       *
       * @param {CronDate} currentDate - Mutable date being iterated
       * @param {DateMathOp} dateMathVerb - Add/Subtract depending on direction
       * @param {boolean} reverse - When true, iterating backwards
       * @private
       */
      #moveToNextSecond(currentDate, dateMathVerb, reverse) {
        const seconds = this.#fields.second.values;
        const currentSecond = currentDate.getSeconds();
        const nextSecond = this.#fields.second.findNearestValue(currentSecond, reverse);
        if (nextSecond !== null) {
          currentDate.setSeconds(nextSecond);
          return;
        }
        currentDate.applyDateOperation(dateMathVerb, CronDate_1.TimeUnit.Minute, this.#fields.hour.values.length);
        currentDate.setSeconds(this.#getMinOrMax(seconds, reverse));
      }
      /**
       * Moves the date to the next/previous allowed minute value and resets seconds to the min/max allowed.
       * If there is no remaining allowed minute within the current hour, rolls to the next/previous hour and
       * resets minutes/seconds to their extrema.
       *
       * @param {CronDate} currentDate - Mutable date being iterated
       * @param {DateMathOp} dateMathVerb - Add/Subtract depending on direction
       * @param {boolean} reverse - When true, iterating backwards
       * @private
       */
      #moveToNextMinute(currentDate, dateMathVerb, reverse) {
        const minutes = this.#fields.minute.values;
        const seconds = this.#fields.second.values;
        const currentMinute = currentDate.getMinutes();
        const nextMinute = this.#fields.minute.findNearestValue(currentMinute, reverse);
        if (nextMinute !== null) {
          currentDate.setMinutes(nextMinute);
          currentDate.setSeconds(this.#getMinOrMax(seconds, reverse));
          return;
        }
        currentDate.applyDateOperation(dateMathVerb, CronDate_1.TimeUnit.Hour, this.#fields.hour.values.length);
        currentDate.setMinutes(this.#getMinOrMax(minutes, reverse));
        currentDate.setSeconds(this.#getMinOrMax(seconds, reverse));
      }
      /**
       * Determines if the current date matches the last specified weekday of the month.
       *
       * @param {Array<(number|string)>} expressions - An array of expressions containing weekdays and "L" for the last weekday.
       * @param {CronDate} currentDate - The current date object.
       * @returns {boolean} - True if the current date matches the last specified weekday of the month; otherwise, false.
       * @memberof CronExpression
       * @private
       */
      static #isLastWeekdayOfMonthMatch(expressions, currentDate) {
        if (!currentDate.isLastWeekdayOfMonth()) {
          return false;
        }
        const day = currentDate.getDay();
        return expressions.some((expression) => day === parseInt(expression.toString().charAt(0), 10) % 7);
      }
      /**
       * Determines if the current date matches the nth occurrence of a weekday in the month.
       *
       * @param {number} nthDay - The nth occurrence (1-5) from a `#` expression; values <= 0 mean no nth constraint.
       * @param {CronDate} currentDate - The current date object.
       * @returns {boolean} - True if there is no nth constraint, or the current date is the nth occurrence of its weekday; otherwise, false.
       * @memberof CronExpression
       * @private
       */
      static #isNthWeekdayOfMonthMatch(nthDay, currentDate) {
        return nthDay <= 0 || Math.ceil(currentDate.getDate() / 7) === nthDay;
      }
      /**
       * Find the next scheduled date based on the cron expression.
       * @returns {CronDate} - The next scheduled date or an ES6 compatible iterator object.
       * @memberof CronExpression
       * @public
       */
      next() {
        return this.#findSchedule();
      }
      /**
       * Find the previous scheduled date based on the cron expression.
       * @returns {CronDate} - The previous scheduled date or an ES6 compatible iterator object.
       * @memberof CronExpression
       * @public
       */
      prev() {
        return this.#findSchedule(true);
      }
      /**
       * Check if there is a next scheduled date based on the current date and cron expression.
       * @returns {boolean} - Returns true if there is a next scheduled date, false otherwise.
       * @memberof CronExpression
       * @public
       */
      hasNext() {
        const current = this.#currentDate;
        try {
          this.#findSchedule();
          return true;
        } catch {
          return false;
        } finally {
          this.#currentDate = current;
        }
      }
      /**
       * Check if there is a previous scheduled date based on the current date and cron expression.
       * @returns {boolean} - Returns true if there is a previous scheduled date, false otherwise.
       * @memberof CronExpression
       * @public
       */
      hasPrev() {
        const current = this.#currentDate;
        try {
          this.#findSchedule(true);
          return true;
        } catch {
          return false;
        } finally {
          this.#currentDate = current;
        }
      }
      /**
       * Iterate over a specified number of steps and optionally execute a callback function for each step.
       * @param {number} steps - The number of steps to iterate. Positive value iterates forward, negative value iterates backward.
       * @returns {CronDate[]} - An array of iterator fields or CronDate objects.
       * @memberof CronExpression
       * @public
       */
      take(limit) {
        const items = [];
        if (limit >= 0) {
          for (let i = 0; i < limit; i++) {
            try {
              items.push(this.next());
            } catch {
              return items;
            }
          }
        } else {
          for (let i = 0; i > limit; i--) {
            try {
              items.push(this.prev());
            } catch {
              return items;
            }
          }
        }
        return items;
      }
      /**
       * Reset the iterator to a new date or its initial date after applying the configured range.
       * @param {Date | CronDate} [newDate] - Optional new date to reset to. If not provided, it will reset to the initial date.
       * @memberof CronExpression
       * @public
       */
      reset(newDate) {
        this.#currentDate = newDate ? new CronDate_1.CronDate(newDate, this.#tz) : this.#initialDate;
      }
      /**
       * Generate a string representation of the cron expression.
       * @param {boolean} [includeSeconds=false] - Whether to include the seconds field in the string representation.
       * @returns {string} - The string representation of the cron expression.
       * @memberof CronExpression
       * @public
       */
      stringify(includeSeconds = false) {
        return this.#fields.stringify(includeSeconds);
      }
      /**
       * Check if the cron expression includes the given date
       * @param {Date|CronDate} date
       * @returns {boolean}
       */
      includesDate(date) {
        const { second, minute, hour, month } = this.#fields;
        const dt = new CronDate_1.CronDate(date, this.#tz);
        if (!second.values.includes(dt.getSeconds()) || !minute.values.includes(dt.getMinutes()) || !hour.values.includes(dt.getHours()) || !month.values.includes(dt.getMonth() + 1)) {
          return false;
        }
        if (!this.#matchDayOfMonth(dt)) {
          return false;
        }
        return true;
      }
      /**
       * Returns the string representation of the cron expression.
       * @returns {CronDate} - The next schedule date.
       */
      toString() {
        return this.#options.expression || this.stringify(true);
      }
      /**
       * Determines if the given date matches the cron expression's day of month and day of week fields.
       *
       * The function checks the following rules:
       * Rule 1: If both "day of month" and "day of week" are restricted (not wildcard), then one or both must match the current day.
       * Rule 2: If "day of month" is restricted and "day of week" is not restricted, then "day of month" must match the current day.
       * Rule 3: If "day of month" is a wildcard, "day of week" is not a wildcard, and "day of week" matches the current day, then the match is accepted.
       * In all rules, a "day of week" match also honors an nth-occurrence (`#`) constraint (e.g. `5#3` = the 3rd Friday) and the last-weekday (`L`) form.
       * If none of the rules match, the match is rejected.
       *
       * @param {CronDate} currentDate - The current date to be evaluated against the cron expression.
       * @returns {boolean} Returns true if the current date matches the cron expression's day of month and day of week fields, otherwise false.
       * @memberof CronExpression
       * @private
       */
      #matchDayOfMonth(currentDate) {
        const isDayOfMonthWildcardMatch = this.#fields.dayOfMonth.isWildcard;
        const isRestrictedDayOfMonth = !isDayOfMonthWildcardMatch;
        const isDayOfWeekWildcardMatch = this.#fields.dayOfWeek.isWildcard;
        const isRestrictedDayOfWeek = !isDayOfWeekWildcardMatch;
        const matchedDOM = _CronExpression.#matchSchedule(currentDate.getDate(), this.#fields.dayOfMonth.values) || this.#fields.dayOfMonth.hasLastChar && currentDate.isLastDayOfMonth();
        const nthDay = this.#fields.dayOfWeek.nthDay;
        const matchedDOW = _CronExpression.#matchSchedule(currentDate.getDay(), this.#fields.dayOfWeek.values) && _CronExpression.#isNthWeekdayOfMonthMatch(nthDay, currentDate) || this.#fields.dayOfWeek.hasLastChar && _CronExpression.#isLastWeekdayOfMonthMatch(this.#fields.dayOfWeek.values, currentDate);
        if (isRestrictedDayOfMonth && isRestrictedDayOfWeek && (matchedDOM || matchedDOW)) {
          return true;
        }
        if (matchedDOM && !isRestrictedDayOfWeek) {
          return true;
        }
        if (isDayOfMonthWildcardMatch && !isDayOfWeekWildcardMatch && matchedDOW) {
          return true;
        }
        return false;
      }
      /**
       * Determines if the current hour matches the cron expression.
       *
       * @param {CronDate} currentDate - The current date object.
       * @param {DateMathOp} dateMathVerb - The date math operation enumeration value.
       * @param {boolean} reverse - A flag indicating whether the matching should be done in reverse order.
       * @returns {boolean} - True if the current hour matches the cron expression; otherwise, false.
       */
      #matchHour(currentDate, dateMathVerb, reverse) {
        const hourValues = this.#fields.hour.values;
        const hours = hourValues;
        const currentHour = currentDate.getHours();
        const isMatch = _CronExpression.#matchSchedule(currentHour, hourValues);
        const isDstEnd = currentDate.dstEnd === currentHour;
        if (currentDate.dstStart !== null && currentDate.dstStartLandingHour === currentHour) {
          for (let skipped = currentDate.dstStart; skipped !== currentHour; skipped = (skipped + 1) % 24) {
            if (_CronExpression.#matchSchedule(skipped, hourValues)) {
              return true;
            }
          }
        }
        if (isDstEnd && !reverse) {
          currentDate.dstEnd = null;
          currentDate.applyDateOperation(CronDate_1.DateMathOp.Add, CronDate_1.TimeUnit.Hour, hours.length);
          return false;
        }
        if (isMatch) {
          return true;
        }
        currentDate.clearDstStart();
        const nextHour = this.#fields.hour.findNearestValue(currentHour, reverse);
        if (nextHour === null) {
          currentDate.applyDateOperation(dateMathVerb, CronDate_1.TimeUnit.Day, hours.length);
          return false;
        }
        if (this.#checkDstTransition(currentDate)) {
          const steps = reverse ? currentHour - nextHour : nextHour - currentHour;
          for (let i = 0; i < steps; i++) {
            currentDate.applyDateOperation(dateMathVerb, CronDate_1.TimeUnit.Hour, hours.length);
            if (!reverse && currentDate.getHours() >= nextHour)
              break;
            if (reverse && currentDate.getHours() <= nextHour)
              break;
          }
        } else {
          currentDate.setHours(nextHour);
        }
        currentDate.setMinutes(this.#getMinOrMax(this.#fields.minute.values, reverse));
        currentDate.setSeconds(this.#getMinOrMax(this.#fields.second.values, reverse));
        return false;
      }
      /**
       * Validates the current date against the start and end dates of the cron expression.
       * If the current date is outside the specified time span, an error is thrown.
       *
       * @param currentDate {CronDate} - The current date to validate.
       * @throws {Error} If the current date is outside the specified time span.
       * @private
       */
      #validateTimeSpan(currentDate) {
        if (!this.#startDate && !this.#endDate) {
          return;
        }
        const currentTime = currentDate.getTime();
        if (this.#startDate && currentTime < this.#startDate.getTime()) {
          throw new Error(exports.TIME_SPAN_OUT_OF_BOUNDS_ERROR_MESSAGE);
        }
        if (this.#endDate && currentTime > this.#endDate.getTime()) {
          throw new Error(exports.TIME_SPAN_OUT_OF_BOUNDS_ERROR_MESSAGE);
        }
      }
      /**
       * Finds the next or previous schedule based on the cron expression.
       *
       * @param {boolean} [reverse=false] - If true, finds the previous schedule; otherwise, finds the next schedule.
       * @returns {CronDate} - The next or previous schedule date.
       * @private
       */
      #findSchedule(reverse = false) {
        const dateMathVerb = reverse ? CronDate_1.DateMathOp.Subtract : CronDate_1.DateMathOp.Add;
        const currentDate = new CronDate_1.CronDate(this.#currentDate);
        const startTimestamp = currentDate.getTime();
        if (currentDate.getMilliseconds() > 0) {
          currentDate.setMilliseconds(0);
          if (!reverse) {
            currentDate.applyDateOperation(CronDate_1.DateMathOp.Add, CronDate_1.TimeUnit.Second, this.#fields.hour.values.length);
          }
        }
        let stepCount = 0;
        while (++stepCount < LOOP_LIMIT) {
          this.#validateTimeSpan(currentDate);
          if (!_CronExpression.#matchSchedule(currentDate.getMonth() + 1, this.#fields.month.values)) {
            currentDate.applyDateOperation(dateMathVerb, CronDate_1.TimeUnit.Month, this.#fields.hour.values.length);
            continue;
          }
          if (!this.#matchDayOfMonth(currentDate)) {
            currentDate.applyDateOperation(dateMathVerb, CronDate_1.TimeUnit.Day, this.#fields.hour.values.length);
            continue;
          }
          if (!this.#matchHour(currentDate, dateMathVerb, reverse)) {
            continue;
          }
          if (!_CronExpression.#matchSchedule(currentDate.getMinutes(), this.#fields.minute.values)) {
            this.#moveToNextMinute(currentDate, dateMathVerb, reverse);
            continue;
          }
          if (!_CronExpression.#matchSchedule(currentDate.getSeconds(), this.#fields.second.values)) {
            this.#moveToNextSecond(currentDate, dateMathVerb, reverse);
            continue;
          }
          if (startTimestamp === currentDate.getTime()) {
            currentDate.applyDateOperation(dateMathVerb, CronDate_1.TimeUnit.Second, this.#fields.hour.values.length);
            continue;
          }
          break;
        }
        if (stepCount >= LOOP_LIMIT) {
          throw new Error(exports.LOOPS_LIMIT_EXCEEDED_ERROR_MESSAGE);
        }
        this.#currentDate = currentDate;
        return currentDate;
      }
      /**
       * Returns an iterator for iterating through future CronDate instances
       *
       * @name Symbol.iterator
       * @memberof CronExpression
       * @returns {Iterator<CronDate>} An iterator object for CronExpression that returns CronDate values.
       */
      [Symbol.iterator]() {
        return {
          next: () => {
            try {
              const schedule2 = this.#findSchedule();
              return { value: schedule2, done: false };
            } catch {
              return { value: void 0, done: true };
            }
          }
        };
      }
    };
    exports.CronExpression = CronExpression;
    exports.default = CronExpression;
  }
});

// node_modules/cron-parser/dist/utils/random.js
var require_random = __commonJS({
  "node_modules/cron-parser/dist/utils/random.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.seededRandom = seededRandom;
    function xfnv1a(str) {
      let h = 2166136261 >>> 0;
      for (let i = 0; i < str.length; i++) {
        h ^= str.charCodeAt(i);
        h = Math.imul(h, 16777619);
      }
      return () => h >>> 0;
    }
    function mulberry32(seed) {
      return () => {
        let t = seed += 1831565813;
        t = Math.imul(t ^ t >>> 15, t | 1);
        t ^= t + Math.imul(t ^ t >>> 7, t | 61);
        return ((t ^ t >>> 14) >>> 0) / 4294967296;
      };
    }
    function seededRandom(str) {
      const seed = str ? xfnv1a(str)() : Math.floor(Math.random() * 1e10);
      return mulberry32(seed);
    }
  }
});

// node_modules/cron-parser/dist/CronExpressionParser.js
var require_CronExpressionParser = __commonJS({
  "node_modules/cron-parser/dist/CronExpressionParser.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronExpressionParser = exports.DayOfWeek = exports.Months = exports.CronUnit = exports.PredefinedExpressions = void 0;
    var CronFieldCollection_1 = require_CronFieldCollection();
    var CronExpression_1 = require_CronExpression();
    var random_1 = require_random();
    var fields_1 = require_fields();
    var PredefinedExpressions;
    (function(PredefinedExpressions2) {
      PredefinedExpressions2["@yearly"] = "0 0 0 1 1 *";
      PredefinedExpressions2["@annually"] = "0 0 0 1 1 *";
      PredefinedExpressions2["@monthly"] = "0 0 0 1 * *";
      PredefinedExpressions2["@weekly"] = "0 0 0 * * 0";
      PredefinedExpressions2["@daily"] = "0 0 0 * * *";
      PredefinedExpressions2["@hourly"] = "0 0 * * * *";
      PredefinedExpressions2["@minutely"] = "0 * * * * *";
      PredefinedExpressions2["@secondly"] = "* * * * * *";
      PredefinedExpressions2["@weekdays"] = "0 0 0 * * 1-5";
      PredefinedExpressions2["@weekends"] = "0 0 0 * * 0,6";
    })(PredefinedExpressions || (exports.PredefinedExpressions = PredefinedExpressions = {}));
    var CronUnit;
    (function(CronUnit2) {
      CronUnit2["Second"] = "Second";
      CronUnit2["Minute"] = "Minute";
      CronUnit2["Hour"] = "Hour";
      CronUnit2["DayOfMonth"] = "DayOfMonth";
      CronUnit2["Month"] = "Month";
      CronUnit2["DayOfWeek"] = "DayOfWeek";
    })(CronUnit || (exports.CronUnit = CronUnit = {}));
    var Months;
    (function(Months2) {
      Months2[Months2["jan"] = 1] = "jan";
      Months2[Months2["feb"] = 2] = "feb";
      Months2[Months2["mar"] = 3] = "mar";
      Months2[Months2["apr"] = 4] = "apr";
      Months2[Months2["may"] = 5] = "may";
      Months2[Months2["jun"] = 6] = "jun";
      Months2[Months2["jul"] = 7] = "jul";
      Months2[Months2["aug"] = 8] = "aug";
      Months2[Months2["sep"] = 9] = "sep";
      Months2[Months2["oct"] = 10] = "oct";
      Months2[Months2["nov"] = 11] = "nov";
      Months2[Months2["dec"] = 12] = "dec";
    })(Months || (exports.Months = Months = {}));
    var DayOfWeek;
    (function(DayOfWeek2) {
      DayOfWeek2[DayOfWeek2["sun"] = 0] = "sun";
      DayOfWeek2[DayOfWeek2["mon"] = 1] = "mon";
      DayOfWeek2[DayOfWeek2["tue"] = 2] = "tue";
      DayOfWeek2[DayOfWeek2["wed"] = 3] = "wed";
      DayOfWeek2[DayOfWeek2["thu"] = 4] = "thu";
      DayOfWeek2[DayOfWeek2["fri"] = 5] = "fri";
      DayOfWeek2[DayOfWeek2["sat"] = 6] = "sat";
    })(DayOfWeek || (exports.DayOfWeek = DayOfWeek = {}));
    var MAX_FIELD_VALUES = 256;
    var MAX_EXPRESSION_LENGTH = 1024;
    var CronExpressionParser2 = class _CronExpressionParser {
      /**
       * Parses a cron expression and returns a CronExpression object.
       * @param {string} expression - The cron expression to parse.
       * @param {CronExpressionOptions} [options={}] - The options to use when parsing the expression.
       * @param {boolean} [options.strict=false] - If true, will throw an error if the expression contains both dayOfMonth and dayOfWeek, or a hashed range or step the field cannot satisfy.
       * @param {CronDate} [options.currentDate=new CronDate(undefined, 'UTC')] - The date to use when calculating the next/previous occurrence.
       *
       * @returns {CronExpression} A CronExpression object.
       */
      static parse(expression, options = {}) {
        const { strict = false, hashSeed } = options;
        const rand = (0, random_1.seededRandom)(hashSeed);
        if (Object.hasOwn(PredefinedExpressions, expression)) {
          expression = PredefinedExpressions[expression];
        }
        const rawFields = _CronExpressionParser.#getRawFields(expression, strict);
        if (!(rawFields.dayOfMonth === "*" || rawFields.dayOfWeek === "*" || !strict)) {
          throw new Error("Cannot use both dayOfMonth and dayOfWeek together in strict mode!");
        }
        const second = _CronExpressionParser.#parseField(CronUnit.Second, rawFields.second, fields_1.CronSecond.constraints, rand, strict);
        const minute = _CronExpressionParser.#parseField(CronUnit.Minute, rawFields.minute, fields_1.CronMinute.constraints, rand, strict);
        const hour = _CronExpressionParser.#parseField(CronUnit.Hour, rawFields.hour, fields_1.CronHour.constraints, rand, strict);
        const month = _CronExpressionParser.#parseField(CronUnit.Month, rawFields.month, fields_1.CronMonth.constraints, rand, strict);
        const dayOfMonth = _CronExpressionParser.#parseField(CronUnit.DayOfMonth, rawFields.dayOfMonth, fields_1.CronDayOfMonth.constraints, rand, strict);
        const { dayOfWeek: _dayOfWeek, nthDayOfWeek } = _CronExpressionParser.#parseNthDay(rawFields.dayOfWeek);
        const dayOfWeek = _CronExpressionParser.#parseField(CronUnit.DayOfWeek, _dayOfWeek, fields_1.CronDayOfWeek.constraints, rand, strict);
        const fields = new CronFieldCollection_1.CronFieldCollection({
          second: new fields_1.CronSecond(second, { rawValue: rawFields.second }),
          minute: new fields_1.CronMinute(minute, { rawValue: rawFields.minute }),
          hour: new fields_1.CronHour(hour, { rawValue: rawFields.hour }),
          dayOfMonth: fields_1.CronDayOfMonth.fromMonth(month, dayOfMonth, { rawValue: rawFields.dayOfMonth }),
          month: new fields_1.CronMonth(month, { rawValue: rawFields.month }),
          dayOfWeek: new fields_1.CronDayOfWeek(dayOfWeek, { rawValue: rawFields.dayOfWeek, nthDayOfWeek })
        });
        return new CronExpression_1.CronExpression(fields, { ...options, expression });
      }
      /**
       * Get the raw fields from a cron expression.
       * @param {string} expression - The cron expression to parse.
       * @param {boolean} strict - If true, will throw an error if the expression contains both dayOfMonth and dayOfWeek.
       * @private
       * @returns {RawCronFields} The raw fields.
       */
      static #getRawFields(expression, strict) {
        if (strict && !expression.length) {
          throw new Error("Invalid cron expression");
        }
        expression = expression || "0 * * * * *";
        if (expression.length > MAX_EXPRESSION_LENGTH) {
          throw new Error(`Invalid cron expression, too long, expected at most ${MAX_EXPRESSION_LENGTH} characters`);
        }
        const atoms = expression.trim().split(/\s+/);
        if (strict && atoms.length < 6) {
          throw new Error("Invalid cron expression, expected 6 fields");
        }
        if (atoms.length > 6) {
          throw new Error("Invalid cron expression, too many fields");
        }
        const defaults = ["0", "*", "*", "*", "*", "*"];
        if (atoms.length < defaults.length) {
          atoms.unshift(...defaults.slice(0, defaults.length - atoms.length));
        }
        const [second, minute, hour, dayOfMonth, month, dayOfWeek] = atoms;
        return { second, minute, hour, dayOfMonth, month, dayOfWeek };
      }
      /**
       * Parse a field from a cron expression.
       * @param {CronUnit} field - The field to parse.
       * @param {string} value - The value of the field.
       * @param {CronConstraints} constraints - The constraints for the field.
       * @param {PRNG} rand - The random number generator to use.
       * @param {boolean} strict - If true, will throw an error on an unusable hashed range or step.
       * @private
       * @returns {(number | string)[]} The parsed field.
       */
      static #parseField(field, value, constraints, rand, strict) {
        if (field === CronUnit.Month || field === CronUnit.DayOfWeek) {
          const aliases = field === CronUnit.Month ? Months : DayOfWeek;
          value = value.replace(/[a-z]{3}/gi, (match) => {
            match = match.toLowerCase();
            const replacer = aliases[match];
            if (replacer === void 0) {
              throw new Error(`Validation error, cannot resolve alias "${match}"`);
            }
            return replacer.toString();
          });
        }
        if (!constraints.validChars.test(value)) {
          throw new Error(`Invalid characters, got value: ${value}`);
        }
        value = this.#parseWildcard(value, constraints);
        value = this.#parseHashed(value, constraints, rand, field, strict);
        return this.#parseSequence(field, value, constraints);
      }
      /**
       * Parse a wildcard from a cron expression.
       * @param {string} value - The value to parse.
       * @param {CronConstraints} constraints - The constraints for the field.
       * @private
       */
      static #parseWildcard(value, constraints) {
        const parsed = value.replace(/(^|,)[*?](?=\/|,|$)/g, (_, separator) => `${separator}${constraints.min}-${constraints.max}`);
        if (/[*?]/.test(parsed)) {
          throw new Error(`Invalid wildcard, got value: ${value}`);
        }
        return parsed;
      }
      /**
       * Parse a hashed value from a cron expression.
       * @param {string} value - The value to parse.
       * @param {CronConstraints} constraints - The constraints for the field.
       * @param {PRNG} rand - The random number generator to use.
       * @param {CronUnit} field - The field being parsed, used when reporting an unusable range or step.
       * @param {boolean} strict - If true, will throw an error on an unusable hashed range or step.
       * @private
       */
      static #parseHashed(value, constraints, rand, field, strict) {
        const randomValue = rand();
        let count = 0;
        return value.replace(/H(?:\((\d+)-(\d+)\))?(?:\/(\d+))?/g, (_, min, max, step) => {
          if (min && max && step) {
            const minNum = parseInt(min, 10);
            const maxNum = parseInt(max, 10);
            const stepNum = parseInt(step, 10);
            if (stepNum <= 0) {
              throw new Error(`Invalid step: ${stepNum}, must be positive`);
            }
            const range = _CronExpressionParser.#hashedRange(minNum, maxNum, constraints, field, strict);
            count += Math.ceil((range.max - range.min + 1) / stepNum);
            _CronExpressionParser.#assertMaxFieldValues(field, count);
            return _CronExpressionParser.#hashedStep(randomValue, range.min, range.max, stepNum, field, strict);
          } else if (min && max) {
            const minNum = parseInt(min, 10);
            const maxNum = parseInt(max, 10);
            const range = _CronExpressionParser.#hashedRange(minNum, maxNum, constraints, field, strict);
            return String(_CronExpressionParser.#hashedValue(randomValue, range.min, range.max));
          } else if (step) {
            const stepNum = parseInt(step, 10);
            if (stepNum <= 0) {
              throw new Error(`Invalid step: ${stepNum}, must be positive`);
            }
            count += Math.ceil((constraints.max - constraints.min + 1) / stepNum);
            _CronExpressionParser.#assertMaxFieldValues(field, count);
            return _CronExpressionParser.#hashedStep(randomValue, constraints.min, constraints.max, stepNum, field, strict);
          } else {
            return String(_CronExpressionParser.#hashedValue(randomValue, constraints.min, constraints.max));
          }
        });
      }
      /**
       * Pick a single hashed value within an inclusive range.
       * @param {number} randomValue - The seeded random value in [0, 1).
       * @param {number} min - Lowest value that may be picked.
       * @param {number} max - Highest value that may be picked.
       * @private
       */
      static #hashedValue(randomValue, min, max) {
        return Math.floor(randomValue * (max - min + 1)) + min;
      }
      /**
       * Name a field the way the expression object does, rather than the Pascal case of CronUnit.
       * @param {CronUnit} field - The field to name.
       * @private
       */
      static #fieldName(field) {
        return field.charAt(0).toLowerCase() + field.slice(1);
      }
      /**
       * Narrow an explicit hashed range to the values the field can hold, so that values are only
       * ever drawn from the range a step is measured against. In strict mode a bound outside the
       * field constraints is rejected instead of clamped, which keeps the range reported in the
       * error the one that was written.
       * @param {number} min - Lowest value the expression asks for.
       * @param {number} max - Highest value the expression asks for.
       * @param {CronConstraints} constraints - The constraints for the field.
       * @param {CronUnit} field - The field being parsed, used when reporting an unusable range.
       * @param {boolean} strict - If true, will throw an error on a range outside the constraints.
       * @private
       */
      static #hashedRange(min, max, constraints, field, strict) {
        if (min > max) {
          throw new Error(`Invalid range: ${min}-${max}, min > max`);
        }
        if (strict && (min < constraints.min || max > constraints.max)) {
          throw new Error(`Invalid range: ${min}-${max}, outside the ${constraints.min}-${constraints.max} range of the ${_CronExpressionParser.#fieldName(field)} field`);
        }
        const rangeMin = Math.max(min, constraints.min);
        const rangeMax = Math.min(max, constraints.max);
        if (rangeMin > rangeMax) {
          throw new Error(`Invalid range: ${min}-${max}, no usable value in the ${_CronExpressionParser.#fieldName(field)} field`);
        }
        return { min: rangeMin, max: rangeMax };
      }
      /**
       * Build the hashed values of a stepped range, offset from the start of the step by the seeded
       * jitter. A step wider than the range leaves no step-aligned value inside it, so a single
       * hashed occurrence within the range is used instead of an empty field, or in strict mode the
       * expression is rejected as unsatisfiable.
       * @param {number} randomValue - The seeded random value in [0, 1).
       * @param {number} min - Lowest value the range allows.
       * @param {number} max - Highest value the range allows.
       * @param {number} step - The step between values, already validated as positive.
       * @param {CronUnit} field - The field being parsed, used when reporting an unusable step.
       * @param {boolean} strict - If true, will throw an error on a step wider than its range.
       * @private
       */
      static #hashedStep(randomValue, min, max, step, field, strict) {
        if (strict && step > max - min + 1) {
          throw new Error(`Invalid step: ${step}, wider than the ${min}-${max} range of the ${_CronExpressionParser.#fieldName(field)} field`);
        }
        const offset = Math.floor(randomValue * step);
        const values = [];
        for (let i = Math.floor(min / step) * step + offset; i <= max; i += step) {
          if (i >= min) {
            values.push(i);
          }
        }
        if (values.length === 0) {
          return String(_CronExpressionParser.#hashedValue(randomValue, min, max));
        }
        return values.join(",");
      }
      /**
       * Throw once a field has expanded to more than MAX_FIELD_VALUES values.
       * @param {CronUnit} field - The field being parsed.
       * @param {number} count - The number of values collected so far.
       * @private
       */
      static #assertMaxFieldValues(field, count) {
        if (count > MAX_FIELD_VALUES) {
          throw new Error(`Constraint error, too many values in ${field} field, expected at most ${MAX_FIELD_VALUES}`);
        }
      }
      /**
       * Parse a sequence from a cron expression.
       * @param {CronUnit} field - The field to parse.
       * @param {string} val - The sequence to parse.
       * @param {CronConstraints} constraints - The constraints for the field.
       * @private
       */
      static #parseSequence(field, val, constraints) {
        const stack = [];
        function handleResult(result, constraints2) {
          if (Array.isArray(result)) {
            stack.push(...result);
          } else {
            if (_CronExpressionParser.#isValidConstraintChar(constraints2, result)) {
              stack.push(result);
            } else {
              const v = parseInt(result.toString(), 10);
              const isValid = v >= constraints2.min && v <= constraints2.max;
              if (!isValid) {
                throw new Error(`Constraint error, got value ${result} expected range ${constraints2.min}-${constraints2.max}`);
              }
              stack.push(field === CronUnit.DayOfWeek ? v % 7 : result);
            }
          }
        }
        const atoms = val.split(",");
        for (const atom of atoms) {
          _CronExpressionParser.#assertMaxFieldValues(field, stack.length);
          if (!(atom.length > 0)) {
            throw new Error("Invalid list value format");
          }
          handleResult(_CronExpressionParser.#parseRepeat(field, atom, constraints), constraints);
        }
        return stack;
      }
      /**
       * Parse repeat from a cron expression.
       * @param {CronUnit} field - The field to parse.
       * @param {string} val - The repeat to parse.
       * @param {CronConstraints} constraints - The constraints for the field.
       * @private
       * @returns {(number | string)[]} The parsed repeat.
       */
      static #parseRepeat(field, val, constraints) {
        const atoms = val.split("/");
        if (atoms.length > 2) {
          throw new Error(`Invalid repeat: ${val}`);
        }
        if (atoms.length === 2) {
          if (!atoms[0].includes("-")) {
            atoms[0] = `${atoms[0]}-${constraints.max}`;
          }
          return _CronExpressionParser.#parseRange(field, atoms[0], +atoms[1], constraints);
        }
        return _CronExpressionParser.#parseRange(field, val, 1, constraints);
      }
      /**
       * Validate a cron range.
       * @param {number} min - The minimum value of the range.
       * @param {number} max - The maximum value of the range.
       * @param {CronConstraints} constraints - The constraints for the field.
       * @private
       * @returns {void}
       * @throws {Error} Throws an error if the range is invalid.
       */
      static #validateRange(min, max, constraints) {
        const isValid = !isNaN(min) && !isNaN(max) && min >= constraints.min && max <= constraints.max;
        if (!isValid) {
          throw new Error(`Constraint error, got range ${min}-${max} expected range ${constraints.min}-${constraints.max}`);
        }
        if (min > max) {
          throw new Error(`Invalid range: ${min}-${max}, min(${min}) > max(${max})`);
        }
      }
      /**
       * Validate a cron repeat interval.
       * @param {number} repeatInterval - The repeat interval to validate.
       * @private
       * @returns {void}
       * @throws {Error} Throws an error if the repeat interval is invalid.
       */
      static #validateRepeatInterval(repeatInterval) {
        if (!(!isNaN(repeatInterval) && repeatInterval > 0)) {
          throw new Error(`Constraint error, cannot repeat at every ${repeatInterval} time.`);
        }
      }
      /**
       * Create a range from a cron expression.
       * @param {CronUnit} field - The field to parse.
       * @param {number} min - The minimum value of the range.
       * @param {number} max - The maximum value of the range.
       * @param {number} repeatInterval - The repeat interval of the range.
       * @private
       * @returns {number[]} The created range.
       */
      static #createRange(field, min, max, repeatInterval) {
        const stack = [];
        if (field === CronUnit.DayOfWeek && max % 7 === 0 && (max - min) % repeatInterval === 0) {
          stack.push(0);
        }
        for (let index = min; index <= max; index += repeatInterval) {
          if (stack.indexOf(index) === -1) {
            stack.push(index);
          }
        }
        return stack;
      }
      /**
       * Parse a range from a cron expression.
       * @param {CronUnit} field - The field to parse.
       * @param {string} val - The range to parse.
       * @param {number} repeatInterval - The repeat interval of the range.
       * @param {CronConstraints} constraints - The constraints for the field.
       * @private
       * @returns {number[] | string[] | number | string} The parsed range.
       */
      static #parseRange(field, val, repeatInterval, constraints) {
        const atoms = val.split("-");
        if (atoms.length <= 1) {
          return isNaN(+val) ? val : +val;
        }
        if (atoms.length > 2) {
          throw new Error(`Invalid range: ${val}`);
        }
        const [min, max] = atoms.map((atom) => /^\d+$/.test(atom) ? +atom : NaN);
        this.#validateRange(min, max, constraints);
        this.#validateRepeatInterval(repeatInterval);
        return this.#createRange(field, min, max, repeatInterval);
      }
      /**
       * Parse a cron expression.
       * @param {string} val - The cron expression to parse.
       * @private
       * @returns {string} The parsed cron expression.
       */
      static #parseNthDay(val) {
        const atoms = val.split("#");
        if (atoms.length <= 1) {
          return { dayOfWeek: atoms[0] };
        }
        const nthValue = +atoms[atoms.length - 1];
        const matches2 = val.match(/([,\-/L])/);
        if (matches2 !== null) {
          throw new Error(`Constraint error, invalid dayOfWeek \`#\` and \`${matches2?.[0]}\` special characters are incompatible`);
        }
        if (!(atoms.length <= 2 && !isNaN(nthValue) && nthValue >= 1 && nthValue <= 5)) {
          throw new Error("Constraint error, invalid dayOfWeek occurrence number (#)");
        }
        return { dayOfWeek: atoms[0], nthDayOfWeek: nthValue };
      }
      /**
       * Checks if a character is valid for a field.
       * @param {CronConstraints} constraints - The constraints for the field.
       * @param {string | number} value - The value to check.
       * @private
       * @returns {boolean} Whether the character is valid for the field.
       */
      static #isValidConstraintChar(constraints, value) {
        return constraints.chars.some((char) => value.toString().includes(char));
      }
    };
    exports.CronExpressionParser = CronExpressionParser2;
  }
});

// node_modules/cron-parser/dist/CronFileParser.js
var require_CronFileParser = __commonJS({
  "node_modules/cron-parser/dist/CronFileParser.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronFileParser = void 0;
    var CronExpressionParser_1 = require_CronExpressionParser();
    var CronFileParser = class _CronFileParser {
      /**
       * Parse a crontab file asynchronously
       * @param filePath Path to crontab file
       * @returns Promise resolving to parse results
       * @throws If file cannot be read
       */
      static async parseFile(filePath) {
        const { readFile } = __require("fs/promises");
        const data = await readFile(filePath, "utf8");
        return _CronFileParser.#parseContent(data);
      }
      /**
       * Parse a crontab file synchronously
       * @param filePath Path to crontab file
       * @returns Parse results
       * @throws If file cannot be read
       */
      static parseFileSync(filePath) {
        const { readFileSync } = __require("fs");
        const data = readFileSync(filePath, "utf8");
        return _CronFileParser.#parseContent(data);
      }
      /**
       * Internal method to parse crontab file content
       * @private
       */
      static #parseContent(data) {
        const blocks = data.split("\n");
        const result = {
          variables: {},
          expressions: [],
          errors: {}
        };
        for (const block of blocks) {
          const entry = block.trim();
          if (entry.length === 0 || entry.startsWith("#")) {
            continue;
          }
          const variableMatch = entry.match(/^([^\s=]+)\s*=\s*(.*)$/);
          if (variableMatch) {
            const [, key, value] = variableMatch;
            Object.defineProperty(result.variables, key, {
              value: value.replace(/^(["'])(.*)\1$/, "$2"),
              // Remove one matching pair of quotes around the value
              enumerable: true,
              writable: true,
              configurable: true
            });
            continue;
          }
          try {
            const parsedEntry = _CronFileParser.#parseEntry(entry);
            result.expressions.push(parsedEntry.interval);
          } catch (err) {
            Object.defineProperty(result.errors, entry, {
              value: err,
              enumerable: true,
              writable: true,
              configurable: true
            });
          }
        }
        return result;
      }
      /**
       * Parse a single crontab entry
       * @private
       */
      static #parseEntry(entry) {
        const atoms = entry.split(/\s+/);
        const scheduleLength = atoms[0].startsWith("@") ? 1 : 5;
        return {
          interval: CronExpressionParser_1.CronExpressionParser.parse(atoms.slice(0, scheduleLength).join(" ")),
          command: atoms.slice(scheduleLength, atoms.length)
        };
      }
    };
    exports.CronFileParser = CronFileParser;
  }
});

// node_modules/cron-parser/dist/index.js
var require_dist = __commonJS({
  "node_modules/cron-parser/dist/index.js"(exports) {
    "use strict";
    var __createBinding = exports && exports.__createBinding || (Object.create ? (function(o, m, k, k2) {
      if (k2 === void 0) k2 = k;
      var desc = Object.getOwnPropertyDescriptor(m, k);
      if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) {
        desc = { enumerable: true, get: function() {
          return m[k];
        } };
      }
      Object.defineProperty(o, k2, desc);
    }) : (function(o, m, k, k2) {
      if (k2 === void 0) k2 = k;
      o[k2] = m[k];
    }));
    var __exportStar = exports && exports.__exportStar || function(m, exports2) {
      for (var p in m) if (p !== "default" && !Object.prototype.hasOwnProperty.call(exports2, p)) __createBinding(exports2, m, p);
    };
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CronFileParser = exports.CronExpressionParser = exports.CronExpression = exports.CronFieldCollection = exports.CronDate = void 0;
    var CronExpressionParser_1 = require_CronExpressionParser();
    var CronDate_1 = require_CronDate();
    Object.defineProperty(exports, "CronDate", { enumerable: true, get: function() {
      return CronDate_1.CronDate;
    } });
    var CronFieldCollection_1 = require_CronFieldCollection();
    Object.defineProperty(exports, "CronFieldCollection", { enumerable: true, get: function() {
      return CronFieldCollection_1.CronFieldCollection;
    } });
    var CronExpression_1 = require_CronExpression();
    Object.defineProperty(exports, "CronExpression", { enumerable: true, get: function() {
      return CronExpression_1.CronExpression;
    } });
    var CronExpressionParser_2 = require_CronExpressionParser();
    Object.defineProperty(exports, "CronExpressionParser", { enumerable: true, get: function() {
      return CronExpressionParser_2.CronExpressionParser;
    } });
    var CronFileParser_1 = require_CronFileParser();
    Object.defineProperty(exports, "CronFileParser", { enumerable: true, get: function() {
      return CronFileParser_1.CronFileParser;
    } });
    __exportStar(require_fields(), exports);
    exports.default = CronExpressionParser_1.CronExpressionParser;
  }
});

// src/catalog/open-catalog.ts
async function openCatalog(location, options = {}) {
  const { lock, signal } = options;
  if ("url" in location) return await (await import("./part-PE2JJYPY.js")).openPostgresCatalog({ ...location, ...signal && { signal } });
  return await (await import("./part-TMDHDFWL.js")).openEmbeddedCatalog({ ...location, ...lock && { lock } });
}
async function initExternalDatabase(url, options = {}) {
  return await (await import("./part-PE2JJYPY.js")).initDatabase({ url, ...options.signal && { signal: options.signal } });
}

// src/system/start-system.ts
import fs9 from "node:fs";
import path10 from "node:path";

// src/system/boundary.ts
function success(answer2) {
  return { success: true, data: answer2.data, warnings: answer2.warnings ?? [] };
}
function failure(error, locale) {
  return { success: false, error: failureOf(error, locale), warnings: [] };
}
async function attempt(run, options) {
  try {
    return success(await run());
  } catch (error) {
    if (!(error instanceof BackupError)) options.log.error("a call failed by a bug", { error });
    return failure(error, options.locale);
  }
}

// src/system/facade/plain-input.ts
import path from "node:path";
var PLAIN = "texts, numbers, true, false, null, lists and objects of them";
function inputRefusal(input) {
  let refused4;
  try {
    JSON.stringify(input, (name, value) => {
      const why = whyNotJson(value);
      if (why !== void 0) refused4 ??= refusal(name, why, PLAIN);
      return why === void 0 ? value : null;
    });
  } catch (error) {
    return refused4 ?? refusal("", `it can not be read (${error instanceof Error ? error.message.split("\n")[0] : String(error)})`, PLAIN);
  }
  return refused4;
}
function whyNotJson(value) {
  if (typeof value === "number") return Number.isFinite(value) ? void 0 : `it is ${value}`;
  return ["function", "symbol", "bigint"].includes(typeof value) ? `it is of the type ${typeof value}` : void 0;
}
function refusal(at, why, accepted) {
  return new BackupError("CONFIG_INVALID", `${at || "input"}: ${why}.`, { context: { path: at || "input", why, accepted } });
}
function timeText(time) {
  if (!(time instanceof Date)) return time;
  return Number.isNaN(time.getTime()) ? String(time) : time.toISOString();
}
function pathRefusal(given2) {
  return typeof given2 === "string" ? void 0 : refusal("path", `it is of the type ${typeof given2}`, CALL_FORMS.path.en);
}
function contentRefusal(data) {
  return isContent(data) ? void 0 : refusal("data", `it is of the type ${typeof data}`, CALL_FORMS.data.en);
}
function isContent(data) {
  if (typeof data === "string" || data instanceof Uint8Array) return true;
  return typeof data === "object" && data !== null && Symbol.asyncIterator in data;
}
function pathHere(given2) {
  return typeof given2 === "string" && given2 !== "" ? path.resolve(given2) : given2;
}
function pathsHere(input) {
  if (typeof input !== "object" || input === null || !("paths" in input) || !Array.isArray(input.paths)) return input;
  return { ...input, paths: input.paths.map(pathHere) };
}

// src/system/facade/backup-manager.ts
var BackupManager = class {
  #call;
  constructor(call) {
    this.#call = call;
  }
  /** Saves a configuration and plans its first run. Fails with CONFIG_EXISTS, CONFIG_INVALID, SOURCE_UNREADABLE, SOURCE_NOT_AVAILABLE; then nothing is saved. */
  createConfig(config4, userId) {
    return this.#call("config.create", { config: pathsHere(config4), userId });
  }
  /** Changes what `patch` names; `null` takes an option away; the rest stays. A failure leaves the former configuration untouched. */
  updateConfig(id, patch, userId) {
    return this.#call("config.update", { id, patch: pathsHere(patch), userId });
  }
  /** Ends its runs; its points stay and no longer expire. */
  deleteConfig(id, userId) {
    return this.#call("config.delete", { id, userId });
  }
  getConfig(id) {
    return this.#call("config.get", { id });
  }
  listConfigs() {
    return this.#call("config.list", {});
  }
  /** Answers with the run's id once run and job are committed; `waitForRun` gives the finished run. */
  executeBackup(configId, userId) {
    return this.#call("backup.execute", { configId, userId });
  }
  cancelBackup(runId, userId) {
    return this.#call("backup.cancel", { runId, userId });
  }
  getRun(runId) {
    return this.#call("backup.get", { runId });
  }
  /** Newest first. `limit` is 20 unless given, 1,000 at most. */
  listBackups(filters = {}, pagination = {}) {
    const isGiven = typeof filters === "object" && filters !== null;
    return this.#call("backup.list", { filters: isGiven ? { ...filters, from: timeText(filters.from), to: timeText(filters.to) } : filters, pagination });
  }
  /** For every point whether it would be kept, and why. Changes nothing. */
  simulateRetention(options = {}) {
    return this.#call("retention.simulate", options);
  }
  /** Forgets and frees what the policies no longer keep, now instead of after the next run. */
  applyRetention(configId, userId) {
    return this.#call("retention.apply", { configId, userId });
  }
};

// src/system/facade/monitoring-service.ts
var MonitoringService = class {
  #call;
  constructor(call) {
    this.#call = call;
  }
  /** The last 30 days and this moment. */
  getRealTimeMetrics() {
    return this.#call("monitor.realTime", {});
  }
  /** "24h", "7d", "30d", … or two moments. */
  calculateMetrics(period) {
    const isStretch = typeof period === "object" && period !== null;
    return this.#call("monitor.metrics", { period: isStretch ? { ...period, from: timeText(period.from), to: timeText(period.to) } : period });
  }
  getActiveAlerts() {
    return this.#call("monitor.alerts", {});
  }
  createAlert(type, severity, message, userId) {
    return this.#call("monitor.createAlert", { type, severity, message, userId });
  }
  acknowledgeAlert(alertId, userId) {
    return this.#call("monitor.acknowledge", { alertId, userId });
  }
  /** The report itself, not a result: `health.overall`. A system that can't be asked is UNKNOWN, never healthy. */
  async performHealthCheck() {
    const result = await this.#call("monitor.health", {});
    if (result.success) return result.data;
    return { overall: HealthStatus.UNKNOWN, checkedAt: isoTime(nowMs()), checks: [{ name: "system", status: HealthStatus.UNKNOWN, message: `${result.error.message} ${result.error.guidance}` }] };
  }
};

// src/system/facade/recovery-service.ts
var RecoveryService = class {
  #call;
  constructor(call) {
    this.#call = call;
  }
  /**
   * Asks for a restore of a run's or a point's data. Answers once it is queued; `getRecoveryStatus` follows it. `type` is a RecoveryType. Fails with POINT_NOT_FOUND, TARGET_REFUSED,
   * SOURCE_NOT_AVAILABLE (point in time of files).
   */
  createRecoveryRequest(backupId, type, options, userId) {
    const isGiven = typeof options === "object" && options !== null;
    return this.#call("recover.create", { backupId, type, options: isGiven ? { ...options, targetPath: pathHere(options.targetPath) } : options, userId });
  }
  getRecoveryStatus(requestId) {
    return this.#call("recover.status", { requestId });
  }
  cancelRecovery(requestId, userId) {
    return this.#call("recover.cancel", { requestId, userId });
  }
  /** Newest first; of one configuration, or all. */
  getRecoveryPoints(configId) {
    return this.#call("recover.points", { configId });
  }
  /** Kept whatever the policy says. In the repository before this answers. */
  pinPoint(pointId, reason, userId) {
    return this.#call("recover.pin", { pointId, reason, userId });
  }
  unpinPoint(pointId, userId) {
    return this.#call("recover.unpin", { pointId, userId });
  }
  /** A legal hold on a point, a source, or everything. In the repository before this answers. */
  addHold(hold, userId) {
    return this.#call("recover.addHold", { ...hold, userId });
  }
  liftHold(holdId, userId) {
    return this.#call("recover.liftHold", { holdId, userId });
  }
};

// src/system/facade/scheduler-service.ts
var SchedulerService = class {
  #call;
  constructor(call) {
    this.#call = call;
  }
  /** `alive` is false when no live process starts due runs. */
  getStatus() {
    return this.#call("scheduler.status", {});
  }
};

// src/system/facade/storage-manager.ts
import { Readable } from "node:stream";
var StorageManager = class {
  #parts;
  constructor(parts) {
    this.#parts = parts;
  }
  /** Fails with SOURCE_UNREADABLE when `data` breaks off, ABORTED by `signal`: then what stood there before stays. */
  async upload(path11, data, options) {
    const refused4 = pathRefusal(path11) ?? contentRefusal(data);
    if (refused4) return failure(refused4, this.#parts.caller.locale);
    if (data instanceof Readable) data.on("error", () => {
    });
    return await this.#parts.transport().upload(path11, counted(data, options?.onProgress), this.#context(options?.signal));
  }
  async download(path11, options) {
    const refused4 = pathRefusal(path11);
    if (refused4) return failure(refused4, this.#parts.caller.locale);
    const opened = await this.#parts.transport().download(path11, this.#context(options?.signal));
    if (!opened.success || options?.stream === true) return opened;
    try {
      const pieces = [];
      for await (const piece of opened.data) pieces.push(piece);
      return { ...opened, data: new Uint8Array(Buffer.concat(pieces)) };
    } catch (error) {
      return failure(error instanceof BackupError ? error : new BackupError("STORAGE_FAILED", "The download broke off.", { context: { cause: "interrupted" }, cause: error }), this.#parts.caller.locale);
    }
  }
  /** What is absent gives `{ deleted: false }`. */
  delete(path11, userId) {
    return this.#parts.call("storage.delete", { path: path11, userId });
  }
  list(prefix) {
    return this.#parts.call("storage.list", { prefix });
  }
  exists(path11) {
    return this.#parts.call("storage.exists", { path: path11 });
  }
  #context(signal) {
    return { caller: this.#parts.caller, ...signal && { signal } };
  }
};
async function* counted(data, onProgress) {
  let bytes = 0;
  for await (const chunk of piecesOf(data)) {
    bytes += chunk.byteLength;
    yield chunk;
    onProgress?.(bytes);
  }
}
async function* piecesOf(data) {
  const pieces = typeof data === "string" || data instanceof Uint8Array ? [data] : data;
  try {
    for await (const piece of pieces) {
      const refused4 = contentRefusal(piece);
      if (refused4) throw refused4;
      yield typeof piece === "string" ? Buffer.from(piece) : piece;
    }
  } catch (error) {
    if (error instanceof BackupError) throw error;
    const place = typeof error === "object" && error !== null && "path" in error && typeof error.path === "string" ? error.path : "data";
    throw new BackupError("SOURCE_UNREADABLE", "What was to be uploaded broke off.", { context: { path: place, cause: systemCode(error) ?? (error instanceof Error ? error.message : String(error)) }, cause: error });
  }
}

// src/system/facade/backup-system.ts
var BackupSystem = class {
  manager;
  storage;
  scheduler;
  monitor;
  recover;
  #caller;
  #started;
  constructor(caller, started) {
    this.#caller = caller;
    this.#started = started;
    const call = async (name, input, options = {}) => {
      const refused4 = inputRefusal(input);
      return refused4 ? failure(refused4, caller.locale) : this.#transport().call(name, input, { caller: this.#callerOf(input), ...options });
    };
    this.manager = new BackupManager(call);
    this.storage = new StorageManager({ call, transport: () => this.#transport(), caller });
    this.scheduler = new SchedulerService(call);
    this.monitor = new MonitoringService(call);
    this.recover = new RecoveryService(call);
    this.#call = call;
  }
  #call;
  /** A backup of files and folders on a schedule. The answer holds the id, `nextRunAt` and whether a live scheduler would start it (`schedulerAlive`). */
  setupFileBackup(name, paths, options = {}, userId) {
    return this.#create({ name, kind: "FILES", paths: Array.isArray(paths) ? [...paths] : paths, ...options }, userId);
  }
  /** A backup of a database. The URL is sealed at once and shown without its password. SOURCE_NOT_AVAILABLE, with nothing saved, until its source is here. */
  setupDatabaseBackup(name, databaseUrl, options = {}, userId) {
    return this.#create({ name, kind: "DATABASE", databaseUrl, ...options }, userId);
  }
  /** Answers with the run's id once run and job are committed. */
  runBackupNow(configId, userId) {
    return this.manager.executeBackup(configId, userId);
  }
  /** The finished run. With an aborted `signal`: ABORTED, and the run goes on. */
  waitForRun(runId, options = {}) {
    return this.#call("backup.wait", { runId }, options);
  }
  getStatus() {
    return this.#call("system.status", {});
  }
  /** Walks the audit chain, in the database and against the segments in the repository. */
  verifyAudit() {
    return this.#call("audit.verify", {});
  }
  /** The audit log as JSON lines, verifiable offline. */
  exportAudit(range = {}, userId) {
    return this.#call("audit.export", { ...range, userId });
  }
  /** Makes configurations, points, runs, pins, holds and audit anew from the repository alone. `force` keeps other configurations beside them. */
  rebuild(options = {}, userId) {
    return this.#call("system.rebuild", { ...options, userId });
  }
  /** Running backups write a checkpoint and stop; the process may end. Then `initializeBackupSystem` may start again. */
  async shutdown() {
    const started = this.#started;
    this.#started = void 0;
    await started?.stop();
  }
  /** For `initializeBackupSystem`. */
  attach(started) {
    this.#started = started;
  }
  #create(config4, userId) {
    return this.manager.createConfig(config4, userId);
  }
  #transport() {
    return this.#started?.transport ?? notInitialized(this.#caller);
  }
  #callerOf(input) {
    const userId = typeof input === "object" && input !== null && "userId" in input ? input.userId : void 0;
    return typeof userId === "string" ? { ...this.#caller, actor: userId } : this.#caller;
  }
};
function notInitialized({ locale }) {
  const refuse = () => Promise.resolve(failure(new BackupError("NOT_INITIALIZED", "initializeBackupSystem() was not called."), locale));
  return { call: refuse, upload: refuse, download: refuse, [Symbol.asyncDispose]: async () => {
  } };
}

// src/system/logging/system-log.ts
import fs2 from "node:fs";

// src/system/logging/debug-names.ts
function debugNames(namespaces) {
  const all = namespaces.split(/[\s,]+/).filter((text) => text !== "");
  const wanted = all.filter((text) => !text.startsWith("-"));
  const skipped = all.filter((text) => text.startsWith("-")).map((text) => text.slice(1));
  return (name) => !skipped.some((template) => matches(name, template)) && wanted.some((template) => matches(name, template));
}
function matches(name, template) {
  const [first = "", ...rest] = template.split("*");
  const last = rest.pop();
  if (last === void 0) return name === template;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

// src/system/logging/rotating-file.ts
import fs from "node:fs";
import path2 from "node:path";
var RETRY_MS = 1e3;
var LINES_BETWEEN_LOOKS = 100;
var LOOK_MS = 1e3;
var { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
var RotatingFile = class {
  path;
  #options;
  #descriptor;
  #inode = 0n;
  #bytes = 0;
  #linesSinceLook = 0;
  #lookedAtMs = 0;
  /** A line was cut by a full disk: the next one begins on a line of its own. */
  #isTorn = false;
  #failedAtMs;
  #isClosed = false;
  constructor(options) {
    this.#options = options;
    this.path = path2.join(options.directory, options.filename);
  }
  /** One or more whole lines. */
  write(line) {
    if (this.#isClosed) return;
    if (this.#failedAtMs !== void 0 && nowMs() - this.#failedAtMs < (this.#options.retryMs ?? RETRY_MS)) return this.#options.fallback(line);
    try {
      this.#append(line);
      this.#failedAtMs = void 0;
    } catch (error) {
      this.#fail(line, error);
    }
  }
  [Symbol.dispose]() {
    this.#isClosed = true;
    this.#close();
  }
  #append(line) {
    this.#look();
    const bytes = Buffer.from(this.#isTorn ? `
${line}` : line);
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#options.bytesMax) this.#rotate();
    const descriptor = this.#descriptor ?? this.#open();
    for (let at = 0; at < bytes.length; ) {
      const written = fs.writeSync(descriptor, bytes, at);
      at += written;
      this.#bytes += written;
      this.#isTorn = at < bytes.length;
    }
  }
  /** Whether the name still means the open file: somebody may have rotated or removed it. */
  #look() {
    if (this.#descriptor === void 0) return;
    this.#linesSinceLook += 1;
    const isTime = nowMs() - this.#lookedAtMs >= LOOK_MS || this.#linesSinceLook >= LINES_BETWEEN_LOOKS;
    if (isTime && !this.#isStillNamed()) this.#close();
  }
  #isStillNamed() {
    this.#linesSinceLook = 0;
    this.#lookedAtMs = nowMs();
    const facts = fs.lstatSync(this.path, { bigint: true, throwIfNoEntry: false });
    if (facts?.ino === this.#inode) this.#bytes = Number(facts.size);
    return facts?.ino === this.#inode;
  }
  #open() {
    makeDirectories(this.#options.directory, { mode: 488 });
    const descriptor = fs.openSync(this.path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 416);
    const facts = fs.fstatSync(descriptor, { bigint: true });
    if (!facts.isFile()) {
      fs.closeSync(descriptor);
      throw Object.assign(new Error("not a file"), { code: "ENOTFILE" });
    }
    this.#descriptor = descriptor;
    this.#inode = facts.ino;
    this.#bytes = Number(facts.size);
    this.#lookedAtMs = nowMs();
    return descriptor;
  }
  /** One process at a time: of two that move the same files up, one would write over what the other has just put aside. Whoever comes meanwhile goes on writing. */
  #rotate() {
    const lock = `${this.path}.rotating`;
    const hasLock = isTaken(lock);
    try {
      if (hasLock && this.#isStillNamed() && this.#bytes > 0) this.#moveUp();
    } finally {
      if (hasLock) fs.rmSync(lock, { force: true });
      this.#close();
    }
  }
  #moveUp() {
    try {
      for (let number = this.#options.keep - 1; number >= 1; number -= 1) this.#rename(this.#older(number), this.#older(number + 1));
      this.#rename(this.path, this.#older(1));
    } catch {
    }
  }
  #older(number) {
    const { dir, name, ext } = path2.parse(this.path);
    return path2.join(dir, `${name}.${number}${ext}`);
  }
  #rename(from, to) {
    try {
      fs.renameSync(from, to);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
    }
  }
  #fail(line, error) {
    const isNew = this.#failedAtMs === void 0;
    this.#failedAtMs = nowMs();
    this.#close();
    if (isNew) this.#options.onOutage(this.path, systemCode(error) ?? "unknown");
    this.#options.fallback(line);
  }
  #close() {
    if (this.#descriptor === void 0) return;
    try {
      fs.closeSync(this.#descriptor);
    } catch {
    }
    this.#descriptor = void 0;
    this.#bytes = 0;
  }
};
function isTaken(lock) {
  try {
    fs.symlinkSync(String(process.pid), lock);
    return true;
  } catch {
    const holder = Number(holderOf(lock) ?? process.pid);
    if (!isProcessAlive(holder)) fs.rmSync(lock, { force: true });
    return false;
  }
}
function holderOf(lock) {
  try {
    return fs.readlinkSync(lock);
  } catch {
    return void 0;
  }
}

// src/system/logging/system-log.ts
var FILE_BYTES_MAX = 10 * 1024 * 1024;
var FILES_KEPT = 5;
var FILENAME = "backup.log";
var ROOT = "backup";
var RESERVED = /* @__PURE__ */ new Set(["level", "time", "pid", "hostname", "name", "msg"]);
async function openLog(options) {
  const { pino } = await import("pino");
  const write = safely(options.console ?? toStandardError);
  const redact = { known: options.secrets ?? [] };
  const outage = (file, cause) => write(warningLine(warningOf("LOG_FALLBACK", options.locale, { file, cause })));
  const targets2 = (options.logger.transports ?? defaultTransports(options)).map((transport) => ({ ...transport, level: transport.level ?? options.logger.level ?? "info" })).filter(({ level }) => level !== "silent");
  const files = [];
  const streams = await Promise.all(targets2.map(async (target) => {
    if (target.type === "console") return { level: target.level, stream: { write: await formatted(write, { isPretty: options.logger.format === "pretty" || target.colorize === true, colorize: target.colorize === true }) } };
    const file = new RotatingFile({ directory: options.directory, filename: target.filename ?? FILENAME, bytesMax: options.fileBytesMax ?? FILE_BYTES_MAX, keep: FILES_KEPT, fallback: write, onOutage: outage });
    files.push(file);
    return { level: target.level, stream: { write: await formatted((line) => file.write(line), { isPretty: options.logger.format === "pretty", colorize: false }) } };
  }));
  const logger = pino({ level: "trace", timestamp: pino.stdTimeFunctions.isoTime, base: { pid: process.pid }, formatters: { level: (label) => ({ level: label }) } }, pino.multistream(streams));
  const isConsoleDebug = targets2.some(({ type, level }) => type === "console" && (level === "debug" || level === "trace"));
  const debug = debugWriter(options.debug, write);
  const emit = (name, level, line) => {
    const message = oneLine(redactText(line.message, redact));
    const fields = line.fields && redactValue(line.fields, redact);
    logger[level]({ name, ...unreserved(fields) }, message);
    if (!isConsoleDebug) debug(name, message, fields);
  };
  return { ...rootLog(emit), files: files.map(({ path: path11 }) => path11), [Symbol.dispose]: () => files.forEach((file) => void file[Symbol.dispose]()) };
}
function rootLog(emit) {
  return { ...logOf(`${ROOT}:system`, emit), child: (child) => logOf(`${ROOT}:${child}`, emit) };
}
function logOf(name, emit) {
  const at = (level) => (message, fields) => {
    try {
      emit(name, level, { message, fields });
    } catch {
    }
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: (child) => logOf(`${name}:${child}`, emit) };
}
function defaultTransports({ withConsole }) {
  return [{ type: "file" }, ...withConsole === true ? [{ type: "console" }] : []];
}
async function formatted(write, { isPretty, colorize }) {
  if (!isPretty) return write;
  const { prettyFactory } = (await import("pino-pretty")).default;
  const pretty = prettyFactory({ colorize, translateTime: "SYS:standard", ignore: "pid", singleLine: true });
  return (line) => write(String(pretty(line)));
}
function debugWriter(namespaces, write) {
  if (namespaces === "") return () => {
  };
  const isWanted = debugNames(namespaces);
  let beforeNs = monotonicNs();
  return (name, message, fields) => {
    if (!isWanted(name)) return;
    const now = monotonicNs();
    write(`${name} ${message}${fields === void 0 ? "" : ` ${JSON.stringify(fields)}`} +${(now - beforeNs) / 1000000n}ms
`);
    beforeNs = now;
  };
}
function unreserved(fields) {
  return Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [RESERVED.has(name) ? `${name}_` : name, value]));
}
function oneLine(text) {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => `\\u${character.codePointAt(0).toString(16).padStart(4, "0")}`);
}
function warningLine({ code, message }) {
  return `${code}: ${message}
`;
}
function safely(write) {
  return (text) => {
    try {
      write(text);
    } catch {
    }
  };
}
function toStandardError(text) {
  fs2.writeSync(2, text);
}

// src/system/open-system.ts
import { randomUUID as randomUUID7 } from "node:crypto";
import path7 from "node:path";

// src/jobs/job-queue.ts
var JobKind = { BACKUP: "backup", RECOVERY: "recovery", DELIVERY: "delivery" };

// src/jobs/pg-boss-queue.ts
import { fromKysely, PgBoss } from "pg-boss";

// src/jobs/job-lane.ts
var OUTAGE_MS = 5e3;
var JobLane = class {
  #parts;
  #running = /* @__PURE__ */ new Map();
  #waker = new Waker();
  #stopping = new AbortController();
  #isOut = false;
  #loops = Promise.resolve();
  constructor(parts) {
    this.#parts = parts;
  }
  start() {
    this.#loops = Promise.all([this.#take(), this.#keepAlive()]);
  }
  /** Look now: something was put in. */
  wake() {
    this.#waker.wake();
  }
  /** Takes no more, aborts what runs and waits for it up to `graceMs`. */
  async stop({ graceMs }) {
    this.#stopping.abort();
    await this.#loops;
    const done = new AbortController();
    void Promise.allSettled(this.#running.values()).then(() => done.abort());
    await sleep(graceMs, { signal: done.signal }).catch(() => {
    });
  }
  async #take() {
    while (!this.#stopping.signal.aborted) {
      const room = this.#parts.concurrency - this.#running.size;
      const taken = room > 0 ? await this.#fetch(room) : [];
      for (const job of taken) this.#begin(job);
      if (room === 0 || taken.length < room) await this.#waker.wait(this.#isOut ? OUTAGE_MS : this.#parts.pollMs, { signal: this.#stopping.signal });
    }
  }
  async #fetch(batchSize) {
    const { boss, name, log } = this.#parts;
    try {
      const taken = await boss.fetch(name, { batchSize });
      this.#isOut = false;
      return taken;
    } catch (error) {
      if (!this.#isOut) log.warn("the queue does not answer", { queue: name, error });
      this.#isOut = true;
      return [];
    }
  }
  #begin(job) {
    const work = this.#carryOut(job).finally(() => {
      this.#running.delete(job);
      this.#waker.wake();
    });
    this.#running.set(job, work);
  }
  async #carryOut(job) {
    const { boss, name, handler, log } = this.#parts;
    try {
      await handler(job.data.subject, { signal: this.#stopping.signal });
      await boss.complete(name, job);
    } catch (error) {
      log.warn("a job failed", { queue: name, subject: job.data.subject, error });
      await boss.fail(name, job, { message: error instanceof Error ? error.message : String(error) }).catch(() => {
      });
    }
  }
  async #keepAlive() {
    const { boss, name, heartbeatMs, log } = this.#parts;
    while (!this.#stopping.signal.aborted) {
      await sleep(heartbeatMs, { signal: this.#stopping.signal }).catch(() => {
      });
      const held2 = [...this.#running.keys()];
      if (held2.length === 0) continue;
      await boss.touch(name, held2).catch((error) => log.debug("the queue missed a heartbeat", { queue: name, error }));
    }
  }
};

// src/jobs/pg-boss-queue.ts
var QUEUE_SCHEMA = "neonpro_backup_queue";
var DEAD_LETTERS = "dead";
var HEARTBEAT_SECONDS = 30;
var EXPIRE_SECONDS = 24 * 3600;
var KEEP_DONE_SECONDS = 24 * 3600;
var QUEUE_OPTIONS = {
  policy: "short",
  heartbeatSeconds: HEARTBEAT_SECONDS,
  expireInSeconds: EXPIRE_SECONDS,
  retryLimit: 10,
  retryDelay: 2,
  retryBackoff: true,
  retryDelayMax: 300,
  deadLetter: DEAD_LETTERS,
  deleteAfterSeconds: KEEP_DONE_SECONDS
};
var POLL_MS = 1500;
var COMMIT_MS = 25;
async function openJobQueue(catalog, { log, isWorker }) {
  const isEmbedded = catalog.kind === CatalogKind.EMBEDDED;
  const boss = new PgBoss({
    db: { executeSql: (text, values) => catalog.queue.executeSql(text, values) },
    backend: isEmbedded ? "pglite" : "postgres",
    schema: QUEUE_SCHEMA,
    createSchema: false,
    schedule: false,
    registerInstance: false,
    supervise: isWorker,
    reindex: false,
    monitorVacuum: false,
    bamIntervalSeconds: 3600,
    flowIntervalSeconds: 3600
  });
  boss.on("error", (error) => log.warn("the queue had an error", { error }));
  boss.on("warning", ({ message }) => log.debug("the queue warns", { message }));
  await alone(catalog.queue, `create schema if not exists ${QUEUE_SCHEMA}`);
  try {
    await boss.start();
    for (const name of [DEAD_LETTERS, ...Object.values(JobKind)]) {
      if (!await boss.getQueue(name)) await boss.createQueue(name, name === DEAD_LETTERS ? { deleteAfterSeconds: KEEP_DONE_SECONDS } : QUEUE_OPTIONS);
    }
    await alone(catalog.queue, HIDE);
  } catch (error) {
    await boss.stop({ graceful: false, close: false });
    throw error;
  }
  return new PgBossQueue(boss, log);
}
async function alone(database, statement) {
  await database.executeSql(`begin; select pg_advisory_xact_lock(hashtext('${QUEUE_SCHEMA}')); ${statement}; commit`);
}
var HIDE = `do $$
  declare
    somebody text;
  begin
    foreach somebody in array array['public', 'anon', 'authenticated'] loop
      if somebody = 'public' or exists (select from pg_roles where rolname = somebody) then
        execute format('revoke all on schema ${QUEUE_SCHEMA} from %s', somebody);
        execute format('revoke all on all tables in schema ${QUEUE_SCHEMA} from %s', somebody);
        execute format('revoke all on all functions in schema ${QUEUE_SCHEMA} from %s', somebody);
      end if;
    end loop;
  end $$`;
var PgBossQueue = class {
  #boss;
  #log;
  #lanes = /* @__PURE__ */ new Map();
  constructor(boss, log) {
    this.#boss = boss;
    this.#log = log;
  }
  enqueue(job, tx) {
    return this.enqueueAll([job], tx);
  }
  async enqueueAll(jobs, tx) {
    for (const [kind, ofKind] of Map.groupBy(jobs, (job) => job.kind)) {
      const inserted = ofKind.map(({ subject, priority, startAfter }) => ({ data: { subject }, singletonKey: subject, priority, ...startAfter && { startAfter: startAfter.toISOString() } }));
      await this.#boss.insert(kind, inserted, { db: fromKysely(tx) });
      const lane = this.#lanes.get(kind);
      if (lane) void sleep(COMMIT_MS, { unref: true }).then(() => lane.wake());
    }
  }
  work(kind, handler, { concurrency }) {
    const lane = new JobLane({ boss: this.#boss, log: this.#log, name: kind, handler, concurrency, pollMs: POLL_MS, heartbeatMs: HEARTBEAT_SECONDS * 1e3 / 3 });
    this.#lanes.set(kind, lane);
    lane.start();
    return Promise.resolve();
  }
  async stop({ graceMs }) {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop({ graceMs })));
    this.#lanes.clear();
    await this.#boss.stop({ graceful: false, close: false });
  }
  async [Symbol.asyncDispose]() {
    await this.stop({ graceMs: 0 });
  }
};

// src/jobs/schedule/wall-times.ts
var import_cron_parser = __toESM(require_dist(), 1);
function* wallTimes(schedule2, afterWallMs) {
  if (schedule2.kind === "FREQUENCY" && schedule2.frequency === BackupFrequency.MONTHLY) return yield* monthly(schedule2, afterWallMs);
  const cron = schedule2.kind === "CRON" ? schedule2.cron.trim().replace(/\s+/g, " ") : cronOf(schedule2);
  const expression = parseCron(cron, afterWallMs);
  while (true) yield nextOf(expression, cron);
}
function cronOf({ frequency, time, dayOfWeek }) {
  const { hour, minute } = parseTime(time);
  if (frequency === BackupFrequency.HOURLY) return `${minute} * * * *`;
  return `${minute} ${hour} * * ${frequency === BackupFrequency.WEEKLY ? dayOfWeek ?? 0 : "*"}`;
}
function parseTime(time) {
  const [hour, minute] = time.split(":").map(Number);
  return { hour, minute };
}
function* monthly({ time, dayOfMonth }, afterWallMs) {
  const { hour, minute } = parseTime(time);
  const start = new Date(afterWallMs);
  for (let month = start.getUTCMonth(); ; month += 1) {
    const days = new Date(Date.UTC(start.getUTCFullYear(), month + 1, 0)).getUTCDate();
    const wall = Date.UTC(start.getUTCFullYear(), month, Math.min(dayOfMonth ?? 1, days), hour, minute);
    if (wall > afterWallMs) yield wall;
  }
}
var FORM = /^(@(yearly|annually|monthly|weekly|daily|hourly|weekdays|weekends)|[^\s@]+( [^\s@]+){4})$/i;
var HASHED = /(^|[\s,])H/i;
var NO_SUCH_DAY = /day of month definition/;
function parseCron(cron, afterWallMs) {
  if (!FORM.test(cron) || HASHED.test(cron)) throw refused(cron, "it is {}");
  try {
    return import_cron_parser.CronExpressionParser.parse(cron, { tz: "UTC", currentDate: afterWallMs });
  } catch (error) {
    throw refused(cron, NO_SUCH_DAY.test(String(error)) ? "it never comes due: {}" : "it is {}");
  }
}
function nextOf(expression, cron) {
  try {
    return expression.next().getTime();
  } catch {
    throw refused(cron, "it never comes due: {}");
  }
}
function refused(cron, why) {
  return invalidOption("cron", why.replace("{}", JSON.stringify(cron)), { options: CONFIG_OPTIONS });
}

// src/jobs/schedule/zone.ts
var MINUTE_MS = 6e4;
var HOUR_MS = 36e5;
var OFFSET_MS_MAX = 15 * HOUR_MS;
var formats = /* @__PURE__ */ new Map();
function formatOf(zone) {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, calendar: "iso8601", numberingSystem: "latn", hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
  formats.set(zone, format);
  return format;
}
function isTimeZone(zone) {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}
function wallOfInstant(ms, zone) {
  const parts = {};
  for (const { type, value } of formatOf(zone).formatToParts(ms)) parts[type] = Number(value);
  const seconds = Date.UTC(parts["year"], parts["month"] - 1, parts["day"], parts["hour"], parts["minute"], parts["second"]);
  return seconds + (ms - Math.floor(ms / 1e3) * 1e3);
}
function offsetAt(ms, zone) {
  return wallOfInstant(ms, zone) - ms;
}
function instantOfWall(wallMs, zone) {
  const before = offsetAt(wallMs - OFFSET_MS_MAX, zone);
  const after = offsetAt(wallMs + OFFSET_MS_MAX, zone);
  const candidates = [Math.max(before, after), Math.min(before, after)].map((offset) => wallMs - offset);
  const shown = candidates.find((instant) => wallOfInstant(instant, zone) === wallMs);
  return shown ?? changeBetween(candidates[0], candidates[1], zone);
}
function changeBetween(fromMs, toMs, zone) {
  const target = offsetAt(toMs, zone);
  let low = Math.floor(fromMs / 1e3);
  let high = Math.ceil(toMs / 1e3);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1e3, zone) === target) high = middle;
    else low = middle;
  }
  return high * 1e3;
}
function formatLocal(ms, zone) {
  const wall = wallOfInstant(ms, zone);
  const offset = Math.trunc((wall - ms) / MINUTE_MS);
  const figures = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((figure) => String(figure).padStart(2, "0"));
  return `${new Date(wall).toISOString().slice(0, 19)}${offset < 0 ? "-" : "+"}${figures.join(":")}`;
}

// src/jobs/schedule/due-times.ts
var MINUTE_MS2 = 6e4;
var HOUR_MS2 = 36e5;
var UNIT_MS = { m: MINUTE_MS2, h: HOUR_MS2, d: 24 * HOUR_MS2 };
function nextDueAt(schedule2, frame) {
  for (const due of dueTimesAfter(schedule2, frame)) return due;
  return Number.POSITIVE_INFINITY;
}
function assertSchedule(schedule2, frame) {
  assertTimeZone(frame.timezone);
  nextDueAt(schedule2, frame);
}
function dueTimesBetween(schedule2, frame, options) {
  const { untilMs, limit } = options;
  for (let stretchMs = HOUR_MS2; ; stretchMs *= 2) {
    const startMs = Math.max(frame.afterMs, untilMs - stretchMs);
    const times = [];
    for (const due of dueTimesAfter(schedule2, { ...frame, afterMs: startMs })) {
      if (due > untilMs) break;
      times.push(due);
    }
    if (times.length > limit) return { times: times.slice(-limit), isTruncated: true };
    if (startMs <= frame.afterMs) return { times, isTruncated: false };
  }
}
function* dueTimesAfter(schedule2, frame) {
  assertTimeZone(frame.timezone);
  if (schedule2.kind === "MANUAL") return;
  if (schedule2.kind === "EVERY") return yield* multiplesAfter(periodMs(schedule2.every), frame);
  let lastMs = frame.afterMs;
  for (const wall of wallTimes(schedule2, wallOfInstant(frame.afterMs, frame.timezone))) {
    const due = instantOfWall(wall, frame.timezone);
    if (due > lastMs) yield due;
    lastMs = Math.max(lastMs, due);
  }
}
function* multiplesAfter(period, { createdAtMs, afterMs }) {
  for (let count = Math.max(1, Math.floor((afterMs - createdAtMs) / period) + 1); ; count += 1) yield createdAtMs + count * period;
}
function periodMs(every) {
  return Number(every.slice(0, -1)) * UNIT_MS[every.slice(-1)];
}
function assertTimeZone(timezone) {
  if (!isTimeZone(timezone)) throw invalidOption("timezone", `there is no such time zone: ${timezone}`, { options: CONFIG_OPTIONS });
}

// src/jobs/schedule/grace.ts
var MINUTE_MS3 = 6e4;
var HOUR_MS3 = 36e5;
var GRACE_MS_MIN = 10 * MINUTE_MS3;
var GRACE_MS_MAX = 6 * HOUR_MS3;
var GRACE_SHARE = 0.25;
var MISFIRE_LIMIT_MS = 24 * HOUR_MS3;
function lateAtMs({ dueAtMs, nextDueAtMs }) {
  return dueAtMs + Math.max(GRACE_MS_MIN, Math.min(GRACE_SHARE * (nextDueAtMs - dueAtMs), GRACE_MS_MAX));
}
function missedAtMs({ dueAtMs, nextDueAtMs }) {
  return Math.min(nextDueAtMs, dueAtMs + MISFIRE_LIMIT_MS);
}

// src/jobs/schedule/run-id.ts
import { createHash } from "node:crypto";
function scheduledRunId(configId, dueAtMs) {
  const bytes = createHash("sha256").update(`neonpro-run|${configId}|${isoTime(dueAtMs)}`).digest().subarray(0, 16);
  bytes[6] = bytes[6] & 15 | 128;
  bytes[8] = bytes[8] & 63 | 128;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// src/services/audit/audit-log.ts
import { sql } from "kysely";

// src/services/audit/entry.ts
import { createHmac } from "node:crypto";
var VERSION = 1;
var TEXT_CHARS_MAX = 4e3;
var ITEMS_MAX = 200;
var DEPTH_MAX = 6;
var DETAILS_BYTES_MAX = 32 * 1024;
var PASSWORD_IN_URL = /(:\/\/[^\s:/@]{0,256}:)[^\s/@]{1,512}@/g;
function pseudonymOf(actor, key) {
  return createHmac("sha256", key).update(actor, "utf8").digest("hex");
}
function encodeEntry(event, place) {
  const entry = {
    v: VERSION,
    tenant: place.tenantId,
    at: place.at,
    actor: pseudonymOf(event.actor, place.key),
    action: plainText(event.action),
    resource: plainText(event.resource),
    result: event.result,
    details: boundedDetails(event.details ?? {})
  };
  return Buffer.from(canonicalJson(entry), "utf8");
}
function boundedDetails(details) {
  const plain = plainValue(details, 0);
  const bytes = Buffer.byteLength(canonicalJson(plain), "utf8");
  return bytes > DETAILS_BYTES_MAX ? { omittedBytes: bytes } : plain;
}
function plainValue(value, depth) {
  if (typeof value === "string") return plainText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value === "boolean" || value === null || value === void 0) return value ?? null;
  if (typeof value !== "object" || ArrayBuffer.isView(value) || depth >= DEPTH_MAX) return null;
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => plainValue(item, depth + 1));
  const members = Object.entries(value).filter(([, member]) => member !== void 0 && typeof member !== "function");
  return Object.fromEntries(members.slice(0, ITEMS_MAX).map(([name, member]) => [plainText(name), plainValue(member, depth + 1)]));
}
function plainText(text) {
  const cut = text.length <= TEXT_CHARS_MAX ? text : `${text.slice(0, TEXT_CHARS_MAX)}\u2026`;
  return cut.toWellFormed().replaceAll("\0", "\uFFFD").replaceAll(PASSWORD_IN_URL, "$1***@");
}

// src/services/audit/audit-log.ts
function openAuditLog(catalog, key, tenantId) {
  const append = async (event, tx) => {
    await keepLabel(tx, { tenantId, pseudonym: pseudonymOf(event.actor, key), label: event.actor });
    await appendEntry(tx, tenantId, encodeEntry(event, { key, tenantId, at: isoTime(nowMs()) }));
  };
  return { append: (event, tx) => tx ? append(event, tx) : catalog.transaction((own2) => append(event, own2)) };
}
async function appendEntry(db, tenantId, entry) {
  const { rows } = await sql`select sequence, hash from neonpro_backup.append_audit(${tenantId}::uuid, ${entry}::bytea)`.execute(db);
  invariant(rows[0], "The database answers for every entry that it takes.");
  return { sequence: Number(rows[0].sequence), hash: rows[0].hash };
}
async function keepLabel(tx, { tenantId, pseudonym, label }) {
  const row = { tenant_id: tenantId, pseudonym, label: label.toWellFormed().replaceAll("\0", "") };
  await tx.insertInto("audit_actors").values(row).onConflict((conflict) => conflict.columns(["tenant_id", "pseudonym"]).doNothing()).execute();
}

// src/services/control-key/control-key.ts
import { createHash as createHash2 } from "node:crypto";
var SEALED_SECRET = 64;
var EPOCH = 1;
function sourcePurpose(configId) {
  return `config.source:${configId}`;
}
var ControlKey = class {
  #master;
  #tenant;
  /** HMAC key for the pseudonyms of the audit log: 32 bytes. */
  #auditKey;
  constructor(master, tenantId) {
    this.#master = master;
    this.#tenant = Buffer.from(tenantId.replaceAll("-", ""), "hex");
    this.#auditKey = auditKeyOf(master);
  }
  /** Goes on with another master, for everybody who was given this key: a rebuild brought it back. */
  adopt(master) {
    this.#master = master;
    this.#auditKey.set(auditKeyOf(master));
  }
  get auditKey() {
    return this.#auditKey;
  }
  /** Seals under a key of its own; tenant and purpose stand in the additional data. `text` is not empty. */
  seal(text, purpose) {
    return sealPayload(SEALED_SECRET, this.#scope(purpose), Buffer.from(text, "utf8"));
  }
  /** Throws DAMAGED for anything that this key did not seal for this tenant and purpose. */
  open(sealed, purpose) {
    const { repositoryId, tenant, master } = this.#scope(purpose);
    const masterOf = (of, epoch) => epoch === EPOCH && Buffer.compare(of, tenant) === 0 ? master : void 0;
    try {
      return openPayload(sealed, { type: SEALED_SECRET, repositoryId, masterOf }).payload.toString("utf8");
    } catch (error) {
      if (isBackupError(error)) throw new BackupError("DAMAGED", "A sealed secret does not open.", { context: { object: purpose }, cause: error });
      throw error;
    }
  }
  #scope(purpose) {
    const place = createHash2("sha256").update("neonpro/v1/control/purpose\0").update(purpose).digest().subarray(0, 16);
    return { repositoryId: place, tenant: this.#tenant, epoch: EPOCH, master: hkdf(this.#master.key, Buffer.from(this.#master.id, "hex"), { info: "neonpro/v1/control/seal", bytes: 32 }) };
  }
};
function auditKeyOf({ id, key }) {
  return hkdf(key, Buffer.from(id, "hex"), { info: "neonpro/v1/control/audit", bytes: 32 });
}

// src/services/control-key/wrapped-master.ts
import { randomBytes } from "node:crypto";
var MASTER_BYTES = 32;
var REPOSITORY_LABEL = "repository";
var KEY_LABEL = "key";
function newMaster(now) {
  return { id: randomBytes(16).toString("hex"), key: randomBytes(MASTER_BYTES), createdAt: now };
}
function wrapMaster(master, holders, now) {
  const wrap = (kek, label) => wrapFor(kek, master.key, { repositoryId: master.id, label, now });
  const recipients = [wrap(holders.kek, KEY_LABEL), ...holders.repositoryKek ? [wrap(holders.repositoryKek, REPOSITORY_LABEL)] : []];
  return { id: master.id, createdAt: master.createdAt, recipients };
}
function isHeldByRepository(wrapped) {
  return wrapped.recipients.some(({ label }) => label === REPOSITORY_LABEL);
}
function unwrapMaster(wrapped, keks) {
  for (const kek of keks) {
    for (const recipient of wrapped.recipients) {
      const key = unwrap(kek, recipient, wrapped.id);
      if (key?.length === MASTER_BYTES) return { master: { id: wrapped.id, key, createdAt: wrapped.createdAt }, openedBy: kek };
      if (key) throw damaged("A wrapped key has another length than a key has.");
    }
  }
  throw new BackupError("KEY_WRONG", "No given key opens the control plane's key.", { context: { object: "control key" } });
}
function encodeWrapped(wrapped) {
  return Buffer.from(JSON.stringify(wrapped));
}
function decodeWrapped(bytes) {
  try {
    return parseWrapped(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch (error) {
    throw error instanceof BackupError ? error : damaged("A control key is no JSON.");
  }
}
var isHex = (value, bytes) => typeof value === "string" && value.length === bytes * 2 && /^[0-9a-f]*$/.test(value);
function parseWrapped(value) {
  const { id, createdAt, recipients } = value ?? {};
  const areWhole = Array.isArray(recipients) && recipients.every(isRecipient);
  if (!isHex(id, 16) || typeof createdAt !== "string" || !areWhole) throw damaged("A control key lacks what it must have.");
  return { id, createdAt, recipients };
}
function isRecipient(value) {
  const { id, label, kind, salt, commitment, wrapped } = value ?? {};
  return isHex(id, 8) && typeof label === "string" && (kind === "raw" || kind === "passphrase") && isHex(salt, 32) && isHex(commitment, 32) && isHex(wrapped, 48);
}
function damaged(sentence) {
  return new BackupError("DAMAGED", sentence, { context: { object: "control key" } });
}

// src/services/control-key/open-control-key.ts
async function openControlKey(catalog, keks, tenantId = DEFAULT_TENANT_ID) {
  const kek = newestOf(keks);
  const stored = await findMaster(catalog.db, tenantId) ?? await makeMaster(catalog, { kek }, tenantId);
  const opened = openMaster(stored, keks);
  if (!opened.isForNewestKey) await rewrapMaster(catalog, opened, { holders: { kek }, tenantId });
  return new ControlKey(opened.master, tenantId);
}
async function findMaster(db, tenantId) {
  const row = await db.selectFrom("control_keys").select(["generation", "wrapped"]).where("tenant_id", "=", tenantId).orderBy("generation", "desc").limit(1).executeTakeFirst();
  return row && { generation: row.generation, wrapped: decodeWrapped(row.wrapped) };
}
function openMaster(stored, keks, others = []) {
  const { master, openedBy } = unwrapMaster(stored.wrapped, [...keks, ...others]);
  return { ...stored, master, isForNewestKey: openedBy === keks[0] };
}
async function makeMaster(catalog, holders, tenantId) {
  const now = isoTime(nowMs());
  const wrapped = wrapMaster(newMaster(now), holders, now);
  await catalog.transaction((tx) => insertMaster(tx, { generation: 1, wrapped }, { kek: holders.kek, tenantId }));
  const stored = await findMaster(catalog.db, tenantId);
  if (stored) return stored;
  throw new BackupError("DATABASE_UNAVAILABLE", "The control key that was just written is not there.");
}
async function rewrapMaster(catalog, opened, options) {
  const next = { generation: opened.generation + 1, wrapped: wrapMaster(opened.master, options.holders, isoTime(nowMs())) };
  await catalog.transaction((tx) => putMaster(tx, next, { kek: options.holders.kek, tenantId: options.tenantId }));
  return await findMaster(catalog.db, options.tenantId) ?? next;
}
async function putMaster(tx, next, options) {
  await insertMaster(tx, next, options);
  await tx.deleteFrom("control_keys").where("tenant_id", "=", options.tenantId).where("generation", "<", next.generation).execute();
}
async function insertMaster(tx, { generation, wrapped }, { kek, tenantId }) {
  const fingerprint = kek.kind === "raw" ? kekFingerprint(kek, Buffer.from(wrapped.id, "hex")) : wrapped.recipients[0]?.id ?? "";
  const row = { tenant_id: tenantId, generation, wrapped: encodeWrapped(wrapped), kek_fingerprint: fingerprint };
  await tx.insertInto("control_keys").values(row).onConflict((conflict) => conflict.columns(["tenant_id", "generation"]).doNothing()).execute();
}
function newestOf(keks) {
  const kek = keks[0];
  if (kek) return kek;
  throw new BackupError("KEY_MISSING", "No key was given.");
}

// src/services/control-key/record-control-key.ts
var RECORDED = "control-key.recorded";
async function recordControlKey(parts, repository, signal) {
  const { catalog, tenantId } = parts;
  const repositoryId = repository.keys.repositoryId.toString("hex");
  const stored = await findMaster(catalog.db, tenantId);
  if (!stored) throw new BackupError("DATABASE_NOT_INITIALIZED", "The database has no control key yet.");
  const recorded = await readRecorded(parts);
  if (recorded?.generation === stored.generation && recorded.repositoryId === repositoryId) return;
  const newest = await newestThere(parts, repository, signal);
  if (newest && newest.id !== stored.wrapped.id) throw new BackupError("REBUILD_NEEDED", "Another control plane keeps its key in this repository.", { context: { repository: repository.store.location } });
  const { generation, wrapped } = await heldByRepository(parts, repository, { stored, above: newest?.generation ?? 0 });
  await putRecord(repository, { record: RecordKind.CONTROL_KEY, subject: tenantId, generation, at: wrapped.createdAt, by: "system", value: { ...wrapped } }, signal);
  await markRecorded(parts, { generation, repositoryId });
}
async function newestThere({ tenantId }, repository, signal) {
  const { records } = await listRecords(repository, { record: RecordKind.CONTROL_KEY, subject: tenantId, ...signal && { signal } });
  const document = records[0]?.document;
  return document && { id: parseWrapped(document.value).id, generation: document.generation };
}
async function heldByRepository({ catalog, tenantId, repository: access }, repository, { stored, above }) {
  const repositoryKek = repository.keys.controlPlaneKek;
  const opened = openMaster(stored, access.keks, [repositoryKek]);
  if (opened.isForNewestKey && isHeldByRepository(stored.wrapped) && stored.generation > above) return stored;
  return rewrapMaster(catalog, { ...opened, generation: Math.max(stored.generation, above) }, { holders: { kek: newestOf(access.keks), repositoryKek }, tenantId });
}
async function readRecorded({ catalog, tenantId }) {
  const row = await catalog.db.selectFrom("settings").select("value").where("tenant_id", "=", tenantId).where("name", "=", RECORDED).executeTakeFirst();
  return row?.value;
}
async function markRecorded({ catalog, tenantId }, recorded) {
  const value = JSON.stringify(recorded);
  await catalog.db.insertInto("settings").values({ tenant_id: tenantId, name: RECORDED, value }).onConflict((conflict) => conflict.columns(["tenant_id", "name"]).doUpdateSet({ value })).execute();
}

// src/services/audit/entries.ts
var PAGE_ROWS = 1e3;
async function* readEntries(db, range) {
  let after = range.after;
  for (; ; ) {
    const query = db.selectFrom("audit_entries").select(["sequence", "at", "entry", "entry_json", "previous", "hash"]).where("tenant_id", "=", range.tenantId).where("sequence", ">", after);
    const rows = await (range.to === void 0 ? query : query.where("sequence", "<=", range.to)).orderBy("sequence").limit(PAGE_ROWS).execute();
    yield* rows;
    if (rows.length < PAGE_ROWS) return;
    after = rows.at(-1).sequence;
  }
}
async function readHead(db, tenantId) {
  return await db.selectFrom("audit_heads").select(["sequence", "hash"]).where("tenant_id", "=", tenantId).executeTakeFirst();
}

// src/services/audit/segment-record.ts
var segmentSubject = (tenantId, number) => `${tenantId}/${number}`;
function segmentValue(segment) {
  return { from: segment.from, to: segment.to, previous: segment.previous.toString("hex"), hash: segment.hash.toString("hex"), entries: segment.entries };
}
function segmentsOf(records, tenantId) {
  const segments = [];
  const damaged2 = [];
  for (const { name, document } of records) {
    const number = document.record === "audit" && document.subject.startsWith(`${tenantId}/`) ? Number(document.subject.slice(tenantId.length + 1)) : Number.NaN;
    if (!Number.isSafeInteger(number)) continue;
    const segment = parseSegment(number, document.value);
    if (segment) segments.push({ ...segment, record: name, at: document.at });
    else damaged2.push(number);
  }
  segments.sort((a, b) => a.number - b.number || (a.at < b.at ? -1 : a.at > b.at ? 1 : a.record < b.record ? -1 : 1));
  return { segments, damaged: damaged2 };
}
function parseSegment(number, value) {
  const { from, to, previous, hash, entries } = value ?? {};
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || !Array.isArray(entries) || entries.length !== to - from + 1) return void 0;
  const segment = { number, from, to, previous: Buffer.from(String(previous), "hex"), hash: Buffer.from(String(hash), "hex"), entries: entries.map(String) };
  const last = hashesOf(segment).at(-1);
  return segment.previous.length === HASH_BYTES && last?.equals(segment.hash) ? segment : void 0;
}
function hashesOf(segment) {
  let hash = segment.previous;
  return segment.entries.map((entry) => {
    hash = nextHash(hash, Buffer.from(entry, "utf8"));
    return hash;
  });
}

// src/services/audit/close-segments.ts
var SEGMENT_ENTRIES_MAX = 2e3;
var SEGMENT_BYTES_MAX = 512 * 1024;
var PENDING = "";
async function closeAuditSegments(parts, options = {}) {
  var _stack = [];
  try {
    const { signal } = options;
    if (!await isDue(parts, options.olderThanMs ?? 0)) return 0;
    if (options.repository) return await closeInto(parts, options.repository, signal);
    const repository = __using(_stack, await parts.repository.open(signal), true);
    return await closeInto(parts, repository, signal);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function isDue({ catalog, tenantId }, olderThanMs) {
  const pending = await catalog.db.selectFrom("audit_segments").select("number").where("tenant_id", "=", tenantId).where("record", "=", PENDING).limit(1).executeTakeFirst();
  if (pending) return true;
  const last = await lastSegment(catalog.db, tenantId);
  const oldest = await catalog.db.selectFrom("audit_entries").select("at").where("tenant_id", "=", tenantId).where("sequence", "=", last.to + 1).executeTakeFirst();
  return oldest !== void 0 && oldest.at.getTime() <= nowMs() - olderThanMs;
}
async function closeInto(parts, repository, signal) {
  await recordControlKey(parts, repository, signal);
  let closed = 0;
  for (const segment of await pendingSegments(parts)) closed += await writeSegment(parts, repository, { segment, signal });
  for (; ; ) {
    const segment = await parts.catalog.transaction((tx) => reserve(tx, parts.tenantId));
    if (!segment) return closed;
    closed += await writeSegment(parts, repository, { segment, signal });
  }
}
async function pendingSegments({ catalog, tenantId }) {
  return await catalog.db.selectFrom("audit_segments").select(["number", "from_sequence as from", "to_sequence as to"]).where("tenant_id", "=", tenantId).where("record", "=", PENDING).orderBy("number").execute();
}
async function lastSegment(db, tenantId) {
  const last = await db.selectFrom("audit_segments").select(["number", "to_sequence as to"]).where("tenant_id", "=", tenantId).orderBy("number", "desc").limit(1).executeTakeFirst();
  return last ?? { number: 0, to: 0 };
}
async function reserve(tx, tenantId) {
  await tx.selectFrom("audit_heads").select("sequence").where("tenant_id", "=", tenantId).forUpdate().execute();
  const last = await lastSegment(tx, tenantId);
  const head = await readHead(tx, tenantId);
  if (!head || head.sequence <= last.to) return void 0;
  let bytes = 0;
  let end;
  for await (const { sequence, hash, entry } of readEntries(tx, { tenantId, after: last.to, to: last.to + SEGMENT_ENTRIES_MAX })) {
    bytes += entry.length;
    if (end && bytes > SEGMENT_BYTES_MAX) break;
    end = { sequence, hash };
  }
  if (!end) return void 0;
  const bounds = { number: last.number + 1, from: last.to + 1, to: end.sequence };
  await tx.insertInto("audit_segments").values({ tenant_id: tenantId, number: bounds.number, from_sequence: bounds.from, to_sequence: bounds.to, hash: end.hash, record: PENDING }).execute();
  return bounds;
}
async function writeSegment(parts, repository, { segment, signal }) {
  const { catalog, tenantId } = parts;
  const rows = [];
  for await (const row of readEntries(catalog.db, { tenantId, after: segment.from - 1, to: segment.to })) rows.push(row);
  const value = segmentValue({ ...segment, previous: rows[0]?.previous ?? GENESIS, hash: rows.at(-1)?.hash ?? GENESIS, entries: rows.map(({ entry }) => entry.toString("utf8")) });
  const record = await putRecord(repository, { record: "audit", subject: segmentSubject(tenantId, segment.number), generation: 1, at: isoTime(nowMs()), by: "system", value }, signal);
  await catalog.db.updateTable("audit_segments").set({ record, closed_at: new Date(nowMs()) }).where("tenant_id", "=", tenantId).where("number", "=", segment.number).where("record", "=", PENDING).execute();
  return rows.length;
}

// src/services/audit/export-audit.ts
async function exportAudit(parts, range = {}) {
  const lines = [];
  for await (const line of exportLines(parts, range)) lines.push(`${line}
`);
  return lines.join("");
}
async function* exportLines(parts, range = {}) {
  const { catalog: { db }, tenantId } = parts;
  const bounds = await boundsOf(parts, range);
  const at = (sequence) => db.selectFrom("audit_entries").select(["hash", "previous"]).where("tenant_id", "=", tenantId).where("sequence", "=", sequence).executeTakeFirst();
  const first = await at(bounds.from);
  const last = await at(bounds.to);
  const previous = (first?.previous ?? last?.hash ?? GENESIS).toString("hex");
  yield headerLine({ tenant: tenantId, ...bounds, previous, hash: last?.hash.toString("hex") ?? previous });
  for await (const row of readEntries(db, { tenantId, after: bounds.from - 1, to: bounds.to })) yield entryLine(row);
}
async function boundsOf({ catalog, tenantId }, range) {
  const from = momentOf(range.from, "from");
  const to = momentOf(range.to, "to");
  let query = catalog.db.selectFrom("audit_entries").select((select) => [select.fn.min("sequence").as("from"), select.fn.max("sequence").as("to")]).where("tenant_id", "=", tenantId);
  if (from) query = query.where("at", ">=", from);
  if (to) query = query.where("at", "<=", to);
  const found = await query.executeTakeFirstOrThrow();
  return found.from === null || found.to === null ? { from: 1, to: 0 } : { from: found.from, to: found.to };
}
function momentOf(text, path11) {
  if (text === void 0) return void 0;
  const moment = new Date(text);
  if (!Number.isNaN(moment.getTime())) return moment;
  throw new BackupError("CONFIG_INVALID", `"${text}" is no date.`, { context: { path: path11, why: "an ISO 8601 date or time" } });
}

// src/services/audit/verify-audit.ts
async function verifyAudit(parts, options = {}) {
  const known = await closedSegments(parts);
  const stored = await storedSegments(parts, options.signal);
  const problems = segmentProblems(known, stored, await closedSegments(parts));
  const compare = new SegmentComparison(stored.segments);
  const { walk, head } = await walkLog(parts, compare);
  problems.push(...walk.problems, ...headProblems(walk, head), ...compare.finish(walk.head.sequence));
  const found = unique(problems);
  return { isIntact: found.length === 0, entries: walk.head.sequence, head: walk.head.hash.toString("hex"), problems: found, segments: stored.segments.length };
}
async function closedSegments({ catalog, tenantId }) {
  const rows = await catalog.db.selectFrom("audit_segments").select(["number", "to_sequence as to", "hash", "record"]).where("tenant_id", "=", tenantId).orderBy("number").execute();
  return rows;
}
async function storedSegments(parts, signal) {
  var _stack = [];
  try {
    const repository = __using(_stack, await parts.repository.open(signal), true);
    return segmentsOf((await readRecords(repository, RecordFolder.AUDIT, signal)).entries, parts.tenantId);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function segmentProblems(before, stored, after) {
  const problems = stored.damaged.map(() => ({ sequence: null, what: AuditFault.SEGMENT_DAMAGED }));
  for (const { number, to, hash, record } of before) {
    if (record === "") continue;
    const isThere = stored.segments.some((segment) => segment.number === number && segment.to === to && segment.hash.equals(hash));
    if (!isThere) problems.push({ sequence: to, what: AuditFault.SEGMENT_MISSING });
  }
  const numbers = new Set(after.map(({ number }) => number));
  for (const { number, to } of stored.segments) if (!numbers.has(number)) problems.push({ sequence: to, what: AuditFault.SEGMENT_UNKNOWN });
  return problems;
}
var SegmentComparison = class {
  #problems = [];
  #hashes = /* @__PURE__ */ new Map();
  #last = 0;
  constructor(segments) {
    for (const segment of segments) {
      for (const [index, hash] of hashesOf(segment).entries()) {
        const sequence = segment.from + index;
        this.#hashes.set(sequence, [...this.#hashes.get(sequence) ?? [], hash]);
        this.#last = Math.max(this.#last, sequence);
      }
    }
  }
  take({ sequence, hash }) {
    const kept2 = this.#hashes.get(sequence);
    if (kept2?.some((each) => !each.equals(hash))) this.#problems.push({ sequence, what: AuditFault.SEGMENT_DIFFERS });
  }
  finish(lastInLog) {
    return this.#last > lastInLog ? [...this.#problems, { sequence: lastInLog + 1, what: AuditFault.SEGMENT_AHEAD }] : this.#problems;
  }
};
async function walkLog({ catalog, tenantId }, compare) {
  const walk = new ChainWalk({ sequence: 0, hash: GENESIS }, tenantId);
  let after = Number.MIN_SAFE_INTEGER;
  for (; ; ) {
    const from = walk.head.sequence;
    for await (const row of readEntries(catalog.db, { tenantId, after })) {
      walk.take(row);
      if (differsFromCopy(row)) walk.problems.push({ sequence: row.sequence, what: AuditFault.COPY_DIFFERS });
      compare.take(row);
    }
    const head = await readHead(catalog.db, tenantId);
    if (!head || head.sequence <= walk.head.sequence || walk.head.sequence === from) return { walk, head };
    after = walk.head.sequence;
  }
}
function differsFromCopy({ entry, entry_json: copy, at }) {
  try {
    const parsed = JSON.parse(entry.toString("utf8"));
    return canonicalJson(copy) !== canonicalJson(parsed) || Date.parse(String(parsed.at)) !== at.getTime();
  } catch {
    return true;
  }
}
function headProblems(walk, head) {
  const { sequence, hash } = walk.head;
  if (!head) return sequence === 0 ? [] : [{ sequence: null, what: AuditFault.HEAD_DIFFERS }];
  if (head.sequence > sequence) return [{ sequence: sequence + 1, what: AuditFault.TAIL_REMOVED }];
  if (head.sequence < sequence) return [{ sequence: head.sequence + 1, what: AuditFault.INSERTED }];
  return head.hash.equals(hash) ? [] : [{ sequence, what: AuditFault.HEAD_DIFFERS }];
}
function unique(problems) {
  const byText = new Map(problems.map((problem) => [`${problem.sequence} ${problem.what}`, problem]));
  return [...byText.values()].sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
}

// src/notifiers/channels/email.ts
import { z } from "zod";

// src/notifiers/notice-text.ts
var WORDS = {
  en: {
    changes: { RAISED: "", REPEATED: "again: ", RESOLVED: "resolved: " },
    severities: { LOW: "low", MEDIUM: "medium", HIGH: "high", CRITICAL: "critical" },
    labels: { what: "What happened", todo: "What to do", severity: "Severity", config: "Configuration", run: "Run", host: "Machine", at: "Time", since: "Since", count: "Times" },
    footer: "Sent by NeonPro Backup."
  },
  "pt-BR": {
    changes: { RAISED: "", REPEATED: "de novo: ", RESOLVED: "resolvido: " },
    severities: { LOW: "baixa", MEDIUM: "m\xE9dia", HIGH: "alta", CRITICAL: "cr\xEDtica" },
    labels: { what: "O que houve", todo: "O que fazer", severity: "Gravidade", config: "Configura\xE7\xE3o", run: "Execu\xE7\xE3o", host: "M\xE1quina", at: "Hor\xE1rio", since: "Desde", count: "Vezes" },
    footer: "Enviado pelo NeonPro Backup."
  }
};
function subjectOf(notice) {
  const about = notice.configName === null ? "" : `: ${notice.configName}`;
  return `[NeonPro Backup] ${WORDS[notice.locale].changes[notice.change]}${notice.title}${about}`;
}
function textOf(notice) {
  const { labels, severities, footer } = WORDS[notice.locale];
  const isOver = notice.change === "RESOLVED";
  const lines = [
    [labels.what, notice.message],
    [labels.todo, isOver || notice.guidance === "" ? null : notice.guidance],
    [labels.severity, severities[notice.severity]],
    [labels.config, notice.configName],
    [labels.run, notice.runId],
    [labels.host, notice.host],
    [labels.at, notice.at],
    [labels.since, notice.firstSeenAt === notice.at ? null : notice.firstSeenAt],
    [labels.count, notice.count > 1 ? String(notice.count) : null]
  ];
  return `${lines.filter(([, value]) => value !== null).map(([label, value]) => `${label}: ${value}`).join("\n")}

-- 
${footer}
`;
}

// src/notifiers/notifier.ts
function defineNotifier(definition) {
  const { kind, title, carries } = definition;
  return { kind, title, carries, open: (settings) => openNotifier(definition, settings) };
}
function openNotifier(definition, settings) {
  const { kind, title, carries, required, variables } = definition;
  const given2 = { ...settings };
  if (required.length > 0 && !required.some((name) => given2[name] !== void 0)) return void 0;
  const parsed = definition.config.safeParse(given2);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue.path[0] ?? "");
    const path11 = variables[name] ?? name;
    const why = given2[name] === void 0 ? "it is missing" : "it can not be used";
    const known = VARIABLES;
    const accepted = known[path11]?.accepted?.en ?? issue.message;
    throw new BackupError("CONFIG_INVALID", `${path11}: ${why}; accepted: ${accepted}.`, { context: { path: path11, why, accepted } });
  }
  const config4 = parsed.data;
  return { kind, title, carries, deliver: (notice, options) => definition.deliver(notice, config4, options) };
}
function openAll(registered, settings) {
  return registered.map((each) => each.open(settings)).filter((each) => each !== void 0);
}
function deliveryFailed(channel, cause) {
  return new BackupError("DELIVERY_FAILED", `${channel}: ${cause}`, { context: { channel, cause } });
}
function deliveryRefused(channel, cause) {
  return new BackupError("DELIVERY_REFUSED", `${channel}: ${cause}`, { context: { channel, cause } });
}
function connectionCause(error) {
  return systemCode(error) ?? (error instanceof Error ? error.name : "unknown");
}

// src/notifiers/channels/email.ts
var KIND = "email";
var TIMEOUT_MS = 3e4;
var CONNECT_TIMEOUT_MS = 1e4;
var URL_FORM = 'a URL such as "smtp://user:password@host:587" or "smtps://user:password@host"';
var ADDRESS_FORM = 'an e-mail address such as "backup@clinic.example"';
var LIST_FORM = "e-mail addresses, separated by commas";
var address = z.string({ error: ADDRESS_FORM }).regex(/^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, ADDRESS_FORM);
function isMailUrl(text) {
  const url = URL.parse(text);
  return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== "";
}
var config = z.object({
  smtpUrl: z.string({ error: URL_FORM }).refine(isMailUrl, URL_FORM),
  emailFrom: address,
  emailTo: z.array(address, { error: LIST_FORM }).min(1, LIST_FORM)
});
var email = defineNotifier({
  kind: KIND,
  title: { en: "e-mail", "pt-BR": "e-mail" },
  carries: "ALARM",
  config,
  variables: { smtpUrl: "SMTP_URL", emailFrom: "ALERT_EMAIL_FROM", emailTo: "ALERT_EMAIL_TO" },
  required: ["smtpUrl", "emailTo"],
  async deliver(notice, { smtpUrl, emailFrom, emailTo }, { key, signal }) {
    if (notice.kind !== "ALARM") throw deliveryRefused(KIND, "not an alarm");
    const deadline = AbortSignal.timeout(TIMEOUT_MS);
    const transport = await openTransport(smtpUrl);
    try {
      await transport.sendMail({
        from: emailFrom,
        to: [...emailTo],
        subject: subjectOf(notice),
        text: textOf(notice),
        messageId: `<${key}@${domainOf(emailFrom)}>`,
        headers: { "auto-submitted": "auto-generated", "x-neonpro-alarm": notice.type },
        disableFileAccess: true,
        disableUrlAccess: true,
        signal: AbortSignal.any([signal, deadline])
      });
    } catch (error) {
      if (signal.aborted) throw new BackupError("ABORTED", "The delivery was stopped.");
      throw deadline.aborted ? deliveryFailed(KIND, "timeout") : failureOfMail(error);
    } finally {
      transport.close();
    }
  }
});
async function openTransport(smtpUrl) {
  const { createTransport } = await import("nodemailer");
  const url = new URL(smtpUrl);
  const hasPassword = url.password !== "";
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  const saysOtherwise = url.searchParams.has("requireTLS") || url.searchParams.has("ignoreTLS");
  return createTransport({ url: smtpUrl, ...hasPassword && !isHere && !saysOtherwise && { requireTLS: true }, connectionTimeout: CONNECT_TIMEOUT_MS, greetingTimeout: CONNECT_TIMEOUT_MS, socketTimeout: TIMEOUT_MS, logger: false });
}
function domainOf(from) {
  return /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? "neonpro-backup.invalid";
}
function failureOfMail(error) {
  const code = systemCode(error) ?? "EMAIL";
  const status = typeof error === "object" && error !== null && "responseCode" in error && typeof error.responseCode === "number" ? error.responseCode : void 0;
  const cause = status === void 0 ? code : `${code}, SMTP ${status}`;
  const isPermanent = status !== void 0 && status >= 500 || ["ENOAUTH", "EENVELOPE", "ECONFIG"].includes(code) || code === "EAUTH" && status === void 0;
  return isPermanent ? deliveryRefused(KIND, cause) : deliveryFailed(KIND, cause);
}

// src/notifiers/channels/healthcheck.ts
import { z as z2 } from "zod";

// src/notifiers/http-call.ts
import dns from "node:dns";
import http from "node:http";
import https from "node:https";
import net2 from "node:net";

// src/notifiers/private-address.ts
import net from "node:net";
var RANGES_V4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3]
];
var RANGES_V6 = [["::", 96], ["64:ff9b::", 96], ["64:ff9b:1::", 48], ["2002::", 16], ["2001::", 32], ["fc00::", 7], ["fe80::", 10], ["fec0::", 10], ["ff00::", 8]];
var blocked;
function isPrivateAddress(address2) {
  const bare = address2.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const family = net.isIP(bare);
  blocked ??= blockList();
  return family === 0 || blocked.check(bare, family === 4 ? "ipv4" : "ipv6");
}
function blockList() {
  const list3 = new net.BlockList();
  for (const [address2, prefix] of RANGES_V4) list3.addSubnet(address2, prefix, "ipv4");
  for (const [address2, prefix] of RANGES_V6) list3.addSubnet(address2, prefix, "ipv6");
  return list3;
}

// src/notifiers/http-call.ts
var HTTP_TIMEOUT_MS = 1e4;
var PrivateAddress = class extends Error {
};
async function post(call) {
  const { channel, signal } = call;
  if (!call.allowPrivate && net2.isIP(call.url.hostname.replace(/^\[|\]$/g, "")) !== 0 && isPrivateAddress(call.url.hostname)) throw deliveryRefused(channel, "private address");
  const deadline = AbortSignal.timeout(call.timeoutMs ?? HTTP_TIMEOUT_MS);
  let status;
  try {
    status = await send(call, AbortSignal.any([signal, deadline]));
  } catch (error) {
    if (signal.aborted) throw new BackupError("ABORTED", "The delivery was stopped.", { cause: signal.reason });
    if (deadline.aborted) throw deliveryFailed(channel, "timeout");
    if (error instanceof PrivateAddress) throw deliveryRefused(channel, "private address");
    throw deliveryFailed(channel, connectionCause(error));
  }
  if (status >= 200 && status < 300) return;
  throw isWorthAnotherTry(status) ? deliveryFailed(channel, `HTTP ${status}`) : deliveryRefused(channel, `HTTP ${status}`);
}
function isWorthAnotherTry(status) {
  return status >= 500 || status === 408 || status === 429;
}
function send({ url, headers, body, allowPrivate }, signal) {
  const bytes = Buffer.from(body);
  const { request } = url.protocol === "https:" ? https : http;
  return new Promise((resolve2, reject) => {
    const sent = request(url, {
      method: "POST",
      signal,
      agent: false,
      ...!allowPrivate && { lookup: publicLookup },
      headers: { "user-agent": "neonpro-backup", "content-type": "text/plain; charset=utf-8", ...headers, "content-length": bytes.length }
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      response.once("error", reject);
      response.once("end", () => resolve2(response.statusCode ?? 0));
      response.resume();
    });
    sent.end(bytes);
  });
}
var publicLookup = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 0);
    if (addresses.length === 0 || addresses.some(({ address: address2 }) => isPrivateAddress(address2))) return callback(new PrivateAddress("private address"), "", 0);
    if (options.all) return callback(null, addresses);
    callback(null, addresses[0].address, addresses[0].family);
  });
};

// src/notifiers/channels/healthcheck.ts
var KIND2 = "healthcheck";
var SUFFIXES = { START: "/start", SUCCESS: "", FAIL: "/fail" };
var URL_FORM2 = "an http: or https: URL; {slug} stands for the configuration";
var config2 = z2.object({
  healthcheckUrl: z2.string().refine((text) => /^https?:$/.test(URL.parse(text.replaceAll("{slug}", "slug"))?.protocol ?? ""), URL_FORM2).optional()
});
var healthcheck = defineNotifier({
  kind: KIND2,
  title: { en: "healthcheck ping", "pt-BR": "ping de healthcheck" },
  carries: "PING",
  config: config2,
  variables: { healthcheckUrl: "HEALTHCHECK_URL" },
  // A configuration may bring an address of its own, so the channel is there without any setting.
  required: [],
  async deliver(notice, { healthcheckUrl }, { signal }) {
    if (notice.kind !== "PING") throw deliveryRefused(KIND2, "not a ping");
    const address2 = notice.url ?? healthcheckUrl;
    if (address2 === void 0) throw deliveryRefused(KIND2, "no address");
    const url = pingUrl(address2, notice);
    if (url === null) throw deliveryRefused(KIND2, "not an http: or https: URL");
    await post({ channel: KIND2, url, body: notice.text, allowPrivate: true, signal });
  }
});
function pingUrl(address2, { name, runId, signal }) {
  const url = URL.parse(address2.replaceAll("{slug}", slugOf(name)));
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  url.pathname = url.pathname.replace(/\/$/, "") + SUFFIXES[signal];
  if (runId !== void 0) url.searchParams.set("rid", runId);
  return url;
}
function slugOf(name) {
  return name.normalize("NFKD").replace(new RegExp("\\p{M}", "gu"), "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "backup";
}

// src/notifiers/channels/webhook.ts
import { z as z3 } from "zod";
var KIND3 = "webhook";
var SECRET_BYTES_MIN = 16;
var SECRET_FORM = '"whsec_" and base64 of 16 random bytes or more (openssl rand -base64 32)';
var isSecret = (text) => /^(?:whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(text) && Buffer.from(text.replace(/^whsec_/, ""), "base64").length >= SECRET_BYTES_MIN;
var config3 = z3.object({
  webhookUrl: z3.url({ protocol: /^https?$/, error: "an http: or https: URL" }),
  webhookSecret: z3.string().refine((text) => text.trim().split(/\s+/).every(isSecret), SECRET_FORM).optional(),
  webhookAllowPrivate: z3.boolean().optional()
});
var webhook = defineNotifier({
  kind: KIND3,
  title: { en: "webhook", "pt-BR": "webhook" },
  carries: "ALARM",
  config: config3,
  variables: { webhookUrl: "WEBHOOK_URL", webhookSecret: "WEBHOOK_SECRET", webhookAllowPrivate: "WEBHOOK_ALLOW_PRIVATE" },
  required: ["webhookUrl"],
  async deliver(notice, { webhookUrl, webhookSecret, webhookAllowPrivate }, { key, signal }) {
    if (notice.kind !== "ALARM") throw deliveryRefused(KIND3, "not an alarm");
    const body = JSON.stringify(bodyOf(notice));
    const headers = { "content-type": "application/json", ...await signatureHeaders({ key, body, secrets: webhookSecret }) };
    await post({ channel: KIND3, url: new URL(webhookUrl), headers, body, allowPrivate: webhookAllowPrivate === true, signal });
  }
});
function bodyOf({ kind: _, locale: __, change, at, ...data }) {
  return { type: `alarm.${change.toLowerCase()}`, timestamp: at, data };
}
async function signatureHeaders({ key, body, secrets }) {
  const seconds = Math.floor(nowMs() / 1e3);
  const headers = { "webhook-id": key, "webhook-timestamp": String(seconds) };
  if (secrets === void 0) return headers;
  const { Webhook } = await import("./part-MSLORJLF.js");
  const at = new Date(seconds * 1e3);
  return { ...headers, "webhook-signature": secrets.trim().split(/\s+/).map((secret) => new Webhook(secret).sign(key, at, body)).join(" ") };
}

// src/notifiers/all.ts
var NOTIFIERS = [
  email,
  webhook,
  healthcheck
];
function openNotifiers(settings) {
  return openAll(NOTIFIERS, settings);
}

// src/services/monitoring/alerts.ts
import { createHash as createHash5 } from "node:crypto";

// src/services/alarms/newest-runs.ts
import { sql as sql2 } from "kysely";
async function newestRuns({ db, parts, configId }, states) {
  const rows = await db.selectFrom("configs").innerJoinLateral((from) => from.selectFrom("runs").select(["runs.id as run_id", "runs.state as state", "runs.error as error", sql2`case when jsonb_typeof(runs.skipped) = 'array' then jsonb_array_length(runs.skipped) else 0 end`.as("skipped")]).whereRef("runs.config_id", "=", "configs.id").where("runs.state", "in", [...states]).orderBy("runs.created_at", "desc").orderBy("runs.id").limit(1).as("newest"), (join) => join.onTrue()).select(["configs.id as config_id", "configs.name as config_name", "newest.run_id", "newest.state", "newest.error", "newest.skipped"]).where("configs.tenant_id", "=", parts.tenantId).where("configs.removed_at", "is", null).$if(configId !== void 0, (query) => query.where("configs.id", "=", configId)).execute();
  return rows.map((row) => ({ configId: row.config_id, configName: row.config_name, runId: row.run_id, state: row.state, error: row.error, skipped: row.skipped }));
}
async function failuresInARow({ db }, configId) {
  const row = await db.selectFrom("runs").select((on) => on.fn.countAll().as("count")).where("config_id", "=", configId).where("state", "=", "FAILED").where("created_at", ">", (from) => from.selectFrom("runs as good").select(sql2`coalesce(max(good.created_at), '-infinity')`.as("at")).where("good.config_id", "=", configId).where("good.state", "in", ["COMPLETED", "PARTIAL"])).executeTakeFirstOrThrow();
  return Number(row.count);
}

// src/services/alarms/rules/backup-failed.ts
var CRITICAL_FROM = 3;
var backupFailed = {
  type: "BACKUP_FAILED",
  severity: "HIGH",
  title: { en: "Backup failed", "pt-BR": "Falha no backup" },
  message: { en: 'The backup "{config}" failed, {times} time(s) in a row. {error} ({code})', "pt-BR": 'O backup "{config}" falhou, {times} vez(es) seguida(s). {error} ({code})' },
  guidance: { en: 'Look at "neonpro-backup status" and at backup.log, then run it again: neonpro-backup run NAME', "pt-BR": 'Veja "neonpro-backup status" e o backup.log e execute de novo: neonpro-backup run NOME' },
  async evaluate(context) {
    const failed2 = (await newestRuns(context, ["COMPLETED", "PARTIAL", "FAILED"])).filter(({ state }) => state === "FAILED");
    return await Promise.all(failed2.map(async ({ configId, configName, runId, error }) => {
      const times = await failuresInARow(context, configId);
      const code = codeOf(error);
      const { message, guidance } = errorText(ERROR_CATALOG[code], context.parts.locale, {});
      return {
        about: { configId, configName, runId },
        occurrence: runId,
        guidance,
        values: { config: configName, times, code, error: message },
        details: { code, failuresInARow: times },
        ...times >= CRITICAL_FROM && { severity: "CRITICAL" }
      };
    }));
  }
};
function codeOf(error) {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  return Object.hasOwn(ERROR_CATALOG, code) ? code : "INTERNAL";
}

// src/services/alarms/quantities.ts
var UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
function bytesText(bytes, locale) {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  return `${(bytes / 1024 ** power).toLocaleString(locale, { maximumFractionDigits: 1 })} ${UNITS[power]}`;
}
function percentText(share, locale) {
  return share.toLocaleString(locale, { style: "percent", maximumFractionDigits: 1 });
}
function durationText(ms) {
  const seconds = Math.round(ms / 1e3);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
function timeText2(at, timeZone, locale) {
  return new Intl.DateTimeFormat(locale, { timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false, timeZoneName: "short" }).format(at);
}

// src/services/alarms/zone.ts
function zoneOf(settings) {
  return settings?.timezone ?? "UTC";
}

// src/services/alarms/rules/backup-late.ts
var backupLate = {
  type: "BACKUP_LATE",
  severity: "MEDIUM",
  title: { en: "Backup late", "pt-BR": "Backup atrasado" },
  message: { en: 'The backup "{config}" was due at {due} and has not begun.', "pt-BR": 'O backup "{config}" deveria ter come\xE7ado em {due} e ainda n\xE3o come\xE7ou.' },
  guidance: {
    en: 'See with "neonpro-backup status" whether a scheduler runs and what it is busy with; start one with "neonpro-backup serve".',
    "pt-BR": 'Veja com "neonpro-backup status" se h\xE1 um agendador em execu\xE7\xE3o e o que ele est\xE1 fazendo; inicie um com "neonpro-backup serve".'
  },
  mutedBy: "BACKUP_MISSED",
  async evaluate(context) {
    const oldest = /* @__PURE__ */ new Map();
    for (const row of [...await waiting(context), ...await queued(context)]) {
      const known = oldest.get(row.config_id);
      if (!known || row.due_at < known.due_at) oldest.set(row.config_id, row);
    }
    return [...oldest.values()].map(({ config_id, name, settings, due_at, run_id }) => ({
      about: { configId: config_id, configName: name, ...run_id !== null && { runId: run_id } },
      occurrence: isoTime(due_at.getTime()),
      values: { config: name, due: timeText2(due_at, zoneOf(settings), context.parts.locale) },
      details: { dueAt: isoTime(due_at.getTime()) }
    }));
  }
};
async function waiting({ db, parts, nowMs: nowMs2, configId }) {
  return await db.selectFrom("due_times").innerJoin("configs", "configs.id", "due_times.config_id").select(["configs.id as config_id", "configs.name", "configs.settings", "due_times.due_at", "due_times.run_id"]).where("due_times.tenant_id", "=", parts.tenantId).where("due_times.state", "=", "WAITING").where("due_times.due_at", "<", new Date(nowMs2)).where("due_times.late_at", "<=", new Date(nowMs2)).where("configs.removed_at", "is", null).where("configs.enabled", "=", true).$if(configId !== void 0, (query) => query.where("configs.id", "=", configId)).execute();
}
async function queued({ db, parts, nowMs: nowMs2, configId }) {
  return await db.selectFrom("runs").innerJoin("configs", "configs.id", "runs.config_id").innerJoin("due_times", (join) => join.onRef("due_times.config_id", "=", "runs.config_id").onRef("due_times.due_at", "=", "runs.due_at")).select(["configs.id as config_id", "configs.name", "configs.settings", "due_times.due_at", "runs.id as run_id"]).where("runs.tenant_id", "=", parts.tenantId).where("runs.state", "=", "PENDING").where("runs.attempts", "=", 0).where("due_times.late_at", "<=", new Date(nowMs2)).where("configs.removed_at", "is", null).$if(configId !== void 0, (query) => query.where("configs.id", "=", configId)).execute();
}

// src/services/alarms/rules/backup-missed.ts
import { sql as sql3 } from "kysely";
var backupMissed = {
  type: "BACKUP_MISSED",
  severity: "HIGH",
  title: { en: "Backup missed", "pt-BR": "Backup perdido" },
  message: { en: 'The backup "{config}", due at {due}, did not run.', "pt-BR": 'O backup "{config}", previsto para {due}, n\xE3o foi executado.' },
  guidance: {
    en: 'It is caught up as soon as a scheduler runs ("neonpro-backup serve"); or run it now: neonpro-backup run NAME',
    "pt-BR": 'Ele ser\xE1 recuperado assim que houver um agendador em execu\xE7\xE3o ("neonpro-backup serve"); ou execute agora: neonpro-backup run NOME'
  },
  async evaluate(context) {
    const newest = /* @__PURE__ */ new Map();
    for (const row of [...await missedSinceLastGood(context), ...await overtaken(context)]) {
      const known = newest.get(row.config_id);
      if (!known || row.due_at > known.due_at) newest.set(row.config_id, row);
    }
    return [...newest.values()].map(({ config_id, name, settings, due_at, run_id }) => ({
      about: { configId: config_id, configName: name, ...run_id !== null && { runId: run_id } },
      occurrence: isoTime(due_at.getTime()),
      values: { config: name, due: timeText2(due_at, zoneOf(settings), context.parts.locale) },
      details: { dueAt: isoTime(due_at.getTime()) }
    }));
  }
};
async function missedSinceLastGood({ db, parts, configId }) {
  return await db.selectFrom("configs").leftJoinLateral((from) => from.selectFrom("runs").select("runs.finished_at as at").whereRef("runs.config_id", "=", "configs.id").where("runs.state", "in", ["COMPLETED", "PARTIAL"]).orderBy("runs.created_at", "desc").limit(1).as("good"), (join) => join.onTrue()).innerJoinLateral((from) => from.selectFrom("due_times").select(["due_times.due_at", "due_times.run_id"]).whereRef("due_times.config_id", "=", "configs.id").where("due_times.state", "=", "MISSED").where("due_times.due_at", ">", sql3`coalesce(good.at, '-infinity')`).orderBy("due_times.due_at", "desc").limit(1).as("missed"), (join) => join.onTrue()).select(["configs.id as config_id", "configs.name", "configs.settings", "missed.due_at", "missed.run_id"]).where("configs.tenant_id", "=", parts.tenantId).where("configs.removed_at", "is", null).where("configs.enabled", "=", true).$if(configId !== void 0, (query) => query.where("configs.id", "=", configId)).execute();
}
async function overtaken({ db, parts, nowMs: nowMs2, configId }) {
  const late = await db.selectFrom("due_times").innerJoin("configs", "configs.id", "due_times.config_id").select(["configs.id as config_id", "configs.name", "configs.settings", "configs.created_at", "due_times.due_at", "due_times.run_id"]).where("due_times.tenant_id", "=", parts.tenantId).where("due_times.state", "=", "WAITING").where("due_times.due_at", "<", new Date(nowMs2)).where("due_times.late_at", "<=", new Date(nowMs2)).where("configs.removed_at", "is", null).where("configs.enabled", "=", true).$if(configId !== void 0, (query) => query.where("configs.id", "=", configId)).execute();
  return late.filter(({ settings, created_at, due_at }) => {
    const { schedule: schedule2 } = settings;
    const dueAtMs = due_at.getTime();
    return nowMs2 >= missedAtMs({ dueAtMs, nextDueAtMs: nextDueAt(schedule2, { timezone: zoneOf(settings), createdAtMs: created_at.getTime(), afterMs: dueAtMs }) });
  });
}

// src/services/alarms/thresholds.ts
var DEFAULTS = { failureRate: 0.05, maxBackupTime: 7200, minFreeSpace: 5 * 1024 ** 3 };
function thresholdsOf(parts, settings) {
  const system2 = parts.defaults.alertConfig;
  const own2 = settings?.alertConfig;
  const pick = (name) => own2?.[name] ?? system2?.[name] ?? DEFAULTS[name];
  return { failureRate: pick("failureRate"), maxBackupTime: pick("maxBackupTime"), minFreeSpace: pick("minFreeSpace") };
}

// src/services/alarms/rules/backup-overrun.ts
var backupOverrun = {
  type: "BACKUP_OVERRUN",
  severity: "MEDIUM",
  title: { en: "Backup takes too long", "pt-BR": "Backup demorado" },
  message: { en: 'The backup "{config}" has been running for {elapsed}; {limit} are expected at most.', "pt-BR": 'O backup "{config}" est\xE1 em execu\xE7\xE3o h\xE1 {elapsed}; o esperado \xE9 no m\xE1ximo {limit}.' },
  guidance: {
    en: 'See how far it is with "neonpro-backup status". Raise alertConfig.maxBackupTime if that is its usual time.',
    "pt-BR": 'Veja o andamento com "neonpro-backup status". Aumente alertConfig.maxBackupTime se esse for o tempo normal.'
  },
  async evaluate({ db, parts, nowMs: nowMs2, configId }) {
    const running = await db.selectFrom("runs").innerJoin("configs", "configs.id", "runs.config_id").select(["runs.id as run_id", "runs.started_at", "configs.id as config_id", "configs.name", "configs.settings"]).where("runs.tenant_id", "=", parts.tenantId).where("runs.state", "=", "RUNNING").where("runs.started_at", "is not", null).$if(configId !== void 0, (query) => query.where("configs.id", "=", configId)).execute();
    return running.flatMap(({ run_id, started_at, config_id, name, settings }) => {
      const limitMs = thresholdsOf(parts, settings).maxBackupTime * 1e3;
      const elapsedMs = nowMs2 - started_at.getTime();
      if (elapsedMs <= limitMs) return [];
      return [{ about: { configId: config_id, configName: name, runId: run_id }, occurrence: run_id, values: { config: name, elapsed: durationText(elapsedMs), limit: durationText(limitMs) }, details: { elapsedMs, limitMs } }];
    });
  }
};

// src/services/alarms/rules/backup-partial.ts
var backupPartial = {
  type: "BACKUP_PARTIAL",
  severity: "MEDIUM",
  title: { en: "Backup incomplete", "pt-BR": "Backup incompleto" },
  message: { en: 'The backup "{config}" finished, but {skipped} item(s) are missing from it or incomplete.', "pt-BR": 'O backup "{config}" terminou, mas {skipped} item(ns) faltam ou est\xE3o incompletos.' },
  guidance: {
    en: `The run's record lists them ("neonpro-backup status"). Give this user the right to read them, or leave them out by a pattern.`,
    "pt-BR": 'O registro da execu\xE7\xE3o os lista ("neonpro-backup status"). D\xEA a este usu\xE1rio permiss\xE3o de leitura ou exclua-os com um padr\xE3o.'
  },
  async evaluate(context) {
    const partial = (await newestRuns(context, ["COMPLETED", "PARTIAL"])).filter(({ state }) => state === "PARTIAL");
    return partial.map(({ configId, configName, runId, skipped }) => ({ about: { configId, configName, runId }, occurrence: runId, values: { config: configName, skipped }, details: { skipped } }));
  }
};

// src/services/alarms/rules/failure-rate.ts
import { sql as sql4 } from "kysely";
var DAYS = 30;
var DAY_MS = 864e5;
var RUNS_MIN = 5;
var ENDS_BELOW = 0.8;
var failureRate = {
  type: "FAILURE_RATE",
  severity: "MEDIUM",
  title: { en: "Too many failed backups", "pt-BR": "Muitas falhas de backup" },
  message: {
    en: 'Of the last {finished} runs of "{config}" (30 days), {failed} failed: {rate}, the limit is {limit}.',
    "pt-BR": 'Das \xFAltimas {finished} execu\xE7\xF5es de "{config}" (30 dias), {failed} falharam: {rate}, o limite \xE9 {limit}.'
  },
  guidance: {
    en: 'Look at the reasons of the failed runs ("neonpro-backup status", backup.log). alertConfig.failureRate sets the limit.',
    "pt-BR": 'Veja os motivos das falhas ("neonpro-backup status", backup.log). alertConfig.failureRate define o limite.'
  },
  restMs: 5 * 6e4,
  async evaluate(context) {
    const { parts, nowMs: nowMs2 } = context;
    return (await failures(context)).flatMap(({ config_id, name, settings, failed: failed2, finished }) => {
      const { failureRate: limit } = thresholdsOf(parts, settings);
      const rate = failed2 / finished;
      const about = { configId: config_id, configName: name };
      if (finished < RUNS_MIN || !(rate > limit || context.isOpen(about) && rate >= limit * ENDS_BELOW)) return [];
      const values = { config: name, failed: failed2, finished, rate: percentText(rate, parts.locale), limit: percentText(limit, parts.locale) };
      return [{ about, occurrence: isoTime(nowMs2).slice(0, 10), values, details: { failed: failed2, finished, rate, limit } }];
    });
  }
};
async function failures({ db, parts, nowMs: nowMs2, configId }) {
  const from = new Date(nowMs2 - DAYS * DAY_MS);
  const rows = await db.selectFrom("runs").innerJoin("configs", "configs.id", "runs.config_id").select((on) => ["configs.id as config_id", "configs.name", "configs.settings", on.fn.countAll().as("failed")]).where("runs.tenant_id", "=", parts.tenantId).where("runs.state", "=", "FAILED").where("runs.counted_at", ">=", from).where("runs.counted_at", "<=", new Date(nowMs2)).where("configs.removed_at", "is", null).$if(configId !== void 0, (query) => query.where("configs.id", "=", configId)).groupBy(["configs.id", "configs.name", "configs.settings"]).execute();
  if (rows.length === 0) return [];
  const finished = await db.selectFrom("runs").select(["config_id", sql4`count(*)`.as("count")]).where("config_id", "in", rows.map(({ config_id }) => config_id)).where("state", "in", ["COMPLETED", "PARTIAL", "FAILED"]).where("counted_at", ">=", from).where("counted_at", "<=", new Date(nowMs2)).groupBy("config_id").execute();
  const counts2 = new Map(finished.map(({ config_id, count }) => [config_id, Number(count)]));
  return rows.map((row) => ({ ...row, failed: Number(row.failed), finished: counts2.get(row.config_id) ?? 0 }));
}

// src/services/alarms/free-space.ts
import fs3 from "node:fs/promises";
async function repositoryRoom(parts) {
  try {
    var _stack = [];
    try {
      const store = __using(_stack, parts.repository.openStore(), true);
      return await store.capacity();
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      var _promise = __callDispose(_stack, _error, _hasError);
      _promise && await _promise;
    }
  } catch (error) {
    parts.log.debug("free space of the repository is not known", { cause: String(error) });
    return void 0;
  }
}
async function homeRoom(parts) {
  try {
    const { bavail, blocks, bsize } = await fs3.statfs(parts.home);
    return { bytesFree: bavail * bsize, bytesTotal: blocks * bsize };
  } catch (error) {
    parts.log.debug("free space of HOME is not known", { cause: String(error) });
    return void 0;
  }
}
async function freeSpaceLimit(parts, db) {
  const rows = await db.selectFrom("configs").select("settings").where("tenant_id", "=", parts.tenantId).where("removed_at", "is", null).where("enabled", "=", true).execute();
  return Math.max(thresholdsOf(parts).minFreeSpace, ...rows.map(({ settings }) => thresholdsOf(parts, settings).minFreeSpace));
}

// src/services/alarms/rules/storage-low.ts
var ENDS_ABOVE = 1.2;
var PLACES = {
  repository: { en: "the repository", "pt-BR": "do reposit\xF3rio" },
  home: { en: "the system's folder (HOME)", "pt-BR": "da pasta do sistema (HOME)" }
};
var storageLow = {
  type: "STORAGE_LOW",
  severity: "HIGH",
  title: { en: "Little free space", "pt-BR": "Pouco espa\xE7o livre" },
  message: { en: "{free} are free on the disk of {place}; the limit is {limit}.", "pt-BR": "H\xE1 {free} livres no disco {place}; o limite \xE9 {limit}." },
  guidance: {
    en: 'Free some room, or shorten the retention and run "neonpro-backup prune". alertConfig.minFreeSpace sets the limit.',
    "pt-BR": 'Libere espa\xE7o ou reduza a reten\xE7\xE3o e execute "neonpro-backup prune". alertConfig.minFreeSpace define o limite.'
  },
  async evaluate(context) {
    const { parts, nowMs: nowMs2 } = context;
    const limit = await freeSpaceLimit(parts, context.db);
    const frees = { repository: (await repositoryRoom(parts))?.bytesFree, home: (await homeRoom(parts))?.bytesFree };
    if (frees.repository === void 0 && frees.home === void 0) return void 0;
    return ["repository", "home"].flatMap((place) => {
      const about = { resource: `storage:${place}` };
      const isOpen = context.isOpen(about);
      const free = frees[place] ?? (isOpen ? limit : Number.POSITIVE_INFINITY);
      if (!(free < limit || isOpen && free <= limit * ENDS_ABOVE)) return [];
      const values = { place: PLACES[place][parts.locale], free: bytesText(free, parts.locale), limit: bytesText(limit, parts.locale) };
      return [{ about, occurrence: isoTime(nowMs2).slice(0, 10), values, details: { bytesFree: free, limit } }];
    });
  }
};

// src/services/alarms/rules.ts
var RULES = [
  backupFailed,
  backupPartial,
  backupMissed,
  backupLate,
  backupOverrun,
  failureRate,
  storageLow
];
var RUN_RULES = [backupFailed, backupPartial, backupMissed, backupLate, backupOverrun, failureRate];

// src/services/alarms/alarm-texts.ts
var OTHERS = {
  CHANNEL_FAILING: {
    title: { en: "Alarms do not arrive", "pt-BR": "Alarmes n\xE3o est\xE3o chegando" },
    guidance: { en: "Correct address and credentials of the channel (docs/alarms.md) and restart the system.", "pt-BR": "Corrija o endere\xE7o e as credenciais do canal (docs/alarms.md) e reinicie o sistema." }
  },
  RECORD_NOT_STORED: {
    title: { en: "A decision is not in the repository yet", "pt-BR": "Uma decis\xE3o ainda n\xE3o est\xE1 no reposit\xF3rio" },
    guidance: { en: "Check that the repository can be reached; it is tried again by itself.", "pt-BR": "Confira se o reposit\xF3rio est\xE1 acess\xEDvel; a grava\xE7\xE3o ser\xE1 tentada de novo." }
  },
  RETENTION_FAILED: {
    title: { en: "Old points could not be let go", "pt-BR": "Pontos antigos n\xE3o puderam ser liberados" },
    guidance: { en: 'The backup itself is done. Run "neonpro-backup verify"; it is tried again after the next run.', "pt-BR": 'O backup em si foi conclu\xEDdo. Execute "neonpro-backup verify"; ser\xE1 tentado de novo ap\xF3s a pr\xF3xima execu\xE7\xE3o.' }
  },
  VERIFY_FAILED: {
    title: { en: "Damage was found in the repository", "pt-BR": "Foram encontrados danos no reposit\xF3rio" },
    guidance: { en: 'Run "neonpro-backup verify --read-data" for snapshots and paths, then "repair --read-data"; the next backup stores what the source still has.', "pt-BR": 'Execute "neonpro-backup verify --read-data" para ver snapshots e caminhos, depois "repair --read-data"; o pr\xF3ximo backup guarda o que a origem ainda tem.' }
  },
  CUSTOM: { title: { en: "Alert", "pt-BR": "Alerta" }, guidance: { en: "", "pt-BR": "" } }
};
function alarmText(type, locale) {
  const text = RULES.find((rule) => rule.type === type) ?? OTHERS[type];
  return { title: text?.title[locale] ?? type, guidance: text?.guidance[locale] ?? "" };
}

// src/services/alarms/alert-view.ts
var ALERT_COLUMNS = ["id", "type", "severity", "state", "message", "details", "config_id", "run_id", "count", "first_seen_at", "last_seen_at", "acknowledged_at", "resolved_at"];
function alertView(row) {
  return {
    id: row.id,
    type: row.type,
    severity: row.severity,
    state: row.state,
    message: row.message,
    details: row.details,
    configId: row.config_id,
    runId: row.run_id,
    count: row.count,
    firstSeenAt: isoTime(row.first_seen_at.getTime()),
    lastSeenAt: isoTime(row.last_seen_at.getTime()),
    resolvedAt: row.resolved_at === null ? null : isoTime(row.resolved_at.getTime())
  };
}

// src/services/alarms/dispatch-outbox.ts
import { randomInt } from "node:crypto";

// src/services/alarms/outbox.ts
import { createHash as createHash3, randomUUID } from "node:crypto";
var OutboxState = { WAITING: "WAITING", DELIVERED: "DELIVERED", DEAD: "DEAD", DROPPED: "DROPPED" };
function idempotencyKey(...parts) {
  return createHash3("sha256").update(parts.join("\n")).digest("hex").slice(0, 40);
}
async function insert(tx, tenantId, entries) {
  if (entries.length === 0) return;
  await tx.insertInto("outbox").values(entries.map(({ channel, key, event, alertId, at }) => ({
    id: randomUUID(),
    tenant_id: tenantId,
    alert_id: alertId ?? null,
    channel,
    event: JSON.stringify(event),
    idempotency_key: key,
    next_at: at,
    created_at: at
  }))).onConflict((conflict) => conflict.column("idempotency_key").doNothing()).execute();
}
async function enqueueAlarm(parts, tx, alarm) {
  const { notice, occurrence, exceptChannels = [] } = alarm;
  const channels = parts.notifiers.filter(({ kind, carries }) => carries === "ALARM" && !exceptChannels.includes(kind));
  const change = notice.change === "RESOLVED" ? "RESOLVED" : "RAISED";
  await insert(tx, parts.tenantId, channels.map(({ kind }) => ({ channel: kind, key: idempotencyKey(notice.alertId, change, occurrence, kind), event: notice, alertId: notice.alertId, at: new Date(notice.at) })));
}
async function enqueuePing(parts, tx, options) {
  const { ping: ping2, atMs } = options;
  const channels = parts.notifiers.filter(({ carries }) => carries === "PING");
  await insert(tx, parts.tenantId, channels.map(({ kind }) => ({ channel: kind, key: pingKey(ping2.runId ?? "", ping2.signal, kind), event: ping2, at: new Date(atMs) })));
}
async function dropStartPing(parts, tx, runId) {
  const keys = parts.notifiers.filter(({ carries }) => carries === "PING").map(({ kind }) => pingKey(runId, "START", kind));
  if (keys.length > 0) await tx.updateTable("outbox").set({ state: OutboxState.DROPPED }).where("idempotency_key", "in", keys).where("state", "=", OutboxState.WAITING).execute();
}
function pingKey(runId, signal, channel) {
  return idempotencyKey("ping", runId, signal, channel);
}

// src/services/alarms/raise-alarm.ts
import { createHash as createHash4, randomUUID as randomUUID2 } from "node:crypto";
var ACKNOWLEDGED_MS = 24 * 36e5;
async function raiseAlarm(parts, input, tx) {
  return tx ? await raise(parts, input, tx) : await parts.catalog.transaction((own2) => raise(parts, input, own2));
}
async function raise(parts, input, tx) {
  const at = new Date(input.atMs ?? nowMs());
  const occurrence = input.occurrence ?? randomUUID2();
  const known = await openAlert(parts, tx, input);
  if (!known) {
    const row2 = await insertAlert(parts, tx, { input, occurrence, at });
    if (!row2) return await raise(parts, { ...input, occurrence }, tx);
    await tell(parts, tx, { row: row2, change: "RAISED", occurrence, at, ...input.exceptChannels && { exceptChannels: input.exceptChannels } });
    return alertView(row2);
  }
  const isNew = known.details["occurrence"] !== occurrence;
  const isSilent = known.state === "ACKNOWLEDGED" && at.getTime() < (known.acknowledged_at?.getTime() ?? 0) + ACKNOWLEDGED_MS;
  const row = await tx.updateTable("alerts").set((on) => ({
    severity: input.severity,
    message: input.message,
    details: detailsText(parts, input, occurrence),
    last_seen_at: at,
    run_id: input.about.runId ?? known.run_id,
    ...isNew && { count: on("count", "+", 1) },
    ...isNew && !isSilent && { state: "FIRING" }
  })).where("id", "=", known.id).returning(ALERT_COLUMNS).executeTakeFirstOrThrow();
  if (isNew && !isSilent) await tell(parts, tx, { row, change: "REPEATED", occurrence, at, ...input.exceptChannels && { exceptChannels: input.exceptChannels } });
  return alertView(row);
}
async function insertAlert(parts, tx, { input, occurrence, at }) {
  const { type, severity, message, about } = input;
  return await tx.insertInto("alerts").values({
    id: randomUUID2(),
    tenant_id: parts.tenantId,
    fingerprint: fingerprintOf(parts.tenantId, type, about),
    type,
    severity,
    message,
    details: detailsText(parts, input, occurrence),
    config_id: about.configId ?? null,
    run_id: about.runId ?? null,
    first_seen_at: at,
    last_seen_at: at
  }).onConflict((conflict) => conflict.columns(["tenant_id", "fingerprint"]).where("state", "<>", "RESOLVED").doNothing()).returning(ALERT_COLUMNS).executeTakeFirst();
}
async function resolveAlarm(parts, input, tx) {
  return tx ? await resolve(parts, input, tx) : await parts.catalog.transaction((own2) => resolve(parts, input, own2));
}
async function resolve(parts, input, tx) {
  const at = new Date(input.atMs ?? nowMs());
  const row = await tx.updateTable("alerts").set({ state: "RESOLVED", resolved_at: at }).where("tenant_id", "=", parts.tenantId).where("fingerprint", "=", fingerprintOf(parts.tenantId, input.type, input.about)).where("state", "<>", "RESOLVED").returning(ALERT_COLUMNS).executeTakeFirst();
  if (row && input.isQuiet !== true) await tell(parts, tx, { row, change: "RESOLVED", occurrence: "end", at });
  return row !== void 0;
}
async function openAlert(parts, tx, { type, about }) {
  return await tx.selectFrom("alerts").select(ALERT_COLUMNS).where("tenant_id", "=", parts.tenantId).where("fingerprint", "=", fingerprintOf(parts.tenantId, type, about)).where("state", "<>", "RESOLVED").forUpdate().executeTakeFirst();
}
async function tell(parts, tx, { row, change, occurrence, at, exceptChannels }) {
  const { title, guidance } = alarmText(row.type, parts.locale);
  const text = (name) => typeof row.details[name] === "string" ? row.details[name] : null;
  await enqueueAlarm(parts, tx, {
    occurrence,
    ...exceptChannels && { exceptChannels },
    notice: {
      kind: "ALARM",
      change,
      alertId: row.id,
      type: row.type,
      severity: row.severity,
      title,
      message: row.message,
      guidance: text("guidance") ?? guidance,
      configId: row.config_id,
      configName: text("configName"),
      runId: row.run_id,
      count: row.count,
      firstSeenAt: isoTime(row.first_seen_at.getTime()),
      at: isoTime(at.getTime()),
      host: hostName(),
      locale: parts.locale
    }
  });
}
function detailsText(parts, { type, about, details, guidance }, occurrence) {
  return JSON.stringify({ ...details, ...about.configName !== void 0 && { configName: about.configName }, ...about.resource !== void 0 && { resource: about.resource }, guidance: guidance ?? alarmText(type, parts.locale).guidance, occurrence });
}
function fingerprintOf(tenantId, type, { configId, resource }) {
  return createHash4("sha256").update([tenantId, type, configId === void 0 ? `resource ${resource ?? ""}` : `config ${configId}`].join("\n")).digest("hex");
}

// src/services/alarms/dispatch-outbox.ts
var BATCH = 8;
var LEASE_MS = 12e4;
var BACKOFF_MS = [1e4, 3e4, 12e4, 6e5, 18e5, 36e5];
var JITTER = 0.2;
var GIVE_UP_MS = 24 * 36e5;
var KEEP_MS = 30 * 24 * 36e5;
var SWEEP_MS = 36e5;
async function dispatchOutbox(parts, { signal, atMs }) {
  const result = { delivered: 0, failed: 0, dead: 0 };
  await buryOrphans(parts, atMs ?? nowMs());
  await sweep(parts, atMs ?? nowMs());
  for (; ; ) {
    const rows = await claim(parts, atMs ?? nowMs());
    if (rows.length === 0) return result;
    const outcomes = await Promise.all(rows.map((row) => deliver(parts, row, { signal, atMs: atMs ?? nowMs() })));
    for (const outcome of outcomes) if (outcome !== "STOPPED" && outcome !== "DROPPED") result[outcome] += 1;
    if (outcomes.includes("STOPPED")) throw new BackupError("ABORTED", "The delivery was stopped.", { cause: signal.reason });
  }
}
async function claim(parts, atMs) {
  const channels = parts.notifiers.map(({ kind }) => kind);
  if (channels.length === 0) return [];
  return await parts.catalog.transaction(async (tx) => {
    const due = await tx.selectFrom("outbox").select("id").where("tenant_id", "=", parts.tenantId).where("state", "=", OutboxState.WAITING).where("next_at", "<=", new Date(atMs)).where("channel", "in", channels).orderBy("next_at").limit(BATCH).forUpdate().skipLocked().execute();
    if (due.length === 0) return [];
    return await tx.updateTable("outbox").set((on) => ({ attempts: on("attempts", "+", 1), next_at: new Date(atMs + LEASE_MS) })).where("id", "in", due.map(({ id }) => id)).returning(["id", "channel", "event", "alert_id", "idempotency_key", "attempts", "created_at"]).execute();
  });
}
async function deliver(parts, row, { signal, atMs }) {
  const notifier = parts.notifiers.find(({ kind }) => kind === row.channel);
  try {
    const notice = await noticeOf(parts, row);
    if (notice === void 0) return await drop(parts, row);
    await notifier.deliver(notice, { signal, key: row.idempotency_key });
  } catch (error) {
    if (isBackupError(error, "ABORTED")) {
      await settle(parts, row, { state: OutboxState.WAITING, next_at: new Date(atMs), attempts: row.attempts - 1 });
      return "STOPPED";
    }
    return await failed(parts, row, { notifier, error, atMs });
  }
  await parts.catalog.transaction(async (tx) => {
    await tx.updateTable("outbox").set({ state: OutboxState.DELIVERED, delivered_at: new Date(atMs), last_error: null }).where("id", "=", row.id).where("state", "=", OutboxState.WAITING).execute();
    await resolveAlarm(parts, { type: "CHANNEL_FAILING", about: { resource: channelResource(row) }, atMs }, tx);
  });
  return "delivered";
}
async function noticeOf(parts, { event }) {
  const waiting2 = event;
  if (waiting2.kind === "ALARM") return waiting2;
  const { configId, ...ping2 } = waiting2;
  const config4 = await parts.catalog.db.selectFrom("configs").select("settings").where("id", "=", configId).where("removed_at", "is", null).executeTakeFirst();
  const url = config4?.settings?.healthcheckUrl ?? parts.channels.healthcheckUrl;
  return config4 === void 0 || url === void 0 ? void 0 : { ...ping2, url };
}
async function drop(parts, row) {
  await settle(parts, row, { state: OutboxState.DROPPED });
  return "DROPPED";
}
async function failed(parts, row, { notifier, error, atMs }) {
  const cause = isBackupError(error) ? String(error.context["cause"] ?? error.code) : "INTERNAL";
  parts.log.warn("a notice was not delivered", { channel: row.channel, attempt: row.attempts, cause, ...!isBackupError(error) && { error: String(error) } });
  const isOver = !isBackupError(error, "DELIVERY_FAILED") || atMs >= row.created_at.getTime() + GIVE_UP_MS;
  if (!isOver) {
    await settle(parts, row, { state: OutboxState.WAITING, next_at: new Date(atMs + backoffMs(row.attempts)), last_error: cause });
    return "failed";
  }
  await bury(parts, row, { channelTitle: notifier.title[parts.locale], cause, atMs });
  return "dead";
}
async function settle(parts, row, values) {
  await parts.catalog.db.updateTable("outbox").set(values).where("id", "=", row.id).where("attempts", "=", row.attempts).where("state", "=", OutboxState.WAITING).execute();
}
function backoffMs(attempt3) {
  const base = BACKOFF_MS[Math.min(attempt3, BACKOFF_MS.length) - 1];
  return Math.round(base * (1 - JITTER + 2 * JITTER * randomInt(1001) / 1e3));
}
var CHANNEL_MESSAGE = {
  en: "Notices by {channel} do not arrive ({cause}); one was given up.",
  "pt-BR": "Os avisos por {channel} n\xE3o est\xE3o chegando ({cause}); um deles foi descartado."
};
async function bury(parts, row, { channelTitle, cause, atMs }) {
  await parts.catalog.transaction(async (tx) => {
    const buried = await tx.updateTable("outbox").set({ state: OutboxState.DEAD, last_error: cause }).where("id", "=", row.id).where("attempts", "=", row.attempts).where("state", "=", OutboxState.WAITING).returning("id").executeTakeFirst();
    if (!buried || isPingOfStart(row)) return;
    const event = row.event;
    await raiseAlarm(parts, {
      type: "CHANNEL_FAILING",
      severity: "HIGH",
      message: CHANNEL_MESSAGE[parts.locale].replace("{channel}", channelTitle).replace("{cause}", cause),
      about: { resource: channelResource(row), ...event.kind === "PING" && { configName: event.name } },
      occurrence: isoTime(atMs).slice(0, 10),
      atMs,
      exceptChannels: [row.channel],
      details: { channel: row.channel, cause }
    }, tx);
  });
}
async function buryOrphans(parts, atMs) {
  const channels = parts.notifiers.map(({ kind }) => kind);
  const rows = await parts.catalog.db.selectFrom("outbox").select(["id", "channel", "event", "alert_id", "idempotency_key", "attempts", "created_at"]).where("tenant_id", "=", parts.tenantId).where("state", "=", OutboxState.WAITING).where("created_at", "<=", new Date(atMs - GIVE_UP_MS)).$if(channels.length > 0, (query) => query.where("channel", "not in", channels)).limit(BATCH).execute();
  for (const row of rows) await bury(parts, row, { channelTitle: row.channel, cause: "not set up", atMs });
}
var sweptAtMs = /* @__PURE__ */ new WeakMap();
async function sweep({ catalog, tenantId }, atMs) {
  if (atMs < (sweptAtMs.get(catalog) ?? Number.NEGATIVE_INFINITY) + SWEEP_MS) return;
  sweptAtMs.set(catalog, atMs);
  await catalog.db.deleteFrom("outbox").where("tenant_id", "=", tenantId).where("state", "<>", OutboxState.WAITING).where("created_at", "<", new Date(atMs - KEEP_MS)).execute();
}
function channelResource({ channel, event }) {
  const waiting2 = event;
  return waiting2.kind === "PING" ? `channel:${channel}:${waiting2.configId}` : `channel:${channel}`;
}
function isPingOfStart({ event }) {
  const waiting2 = event;
  return waiting2.kind === "PING" && waiting2.signal === "START";
}

// src/services/alarms/evaluate-rules.ts
async function evaluateRules(parts, nowMs2, options = {}) {
  const holding = /* @__PURE__ */ new Map();
  for (const rule of options.rules ?? RULES) {
    if (options.rules === void 0 && isResting(parts, rule, nowMs2)) continue;
    try {
      await evaluateRule({ parts, nowMs: nowMs2, options, holding }, rule);
    } catch (error) {
      if (options.tx || isBackupError(error, "ABORTED")) throw error;
      parts.log.error("an alarm rule failed", { rule: rule.type, cause: String(error) });
    }
  }
}
var lookedAtMs = /* @__PURE__ */ new WeakMap();
function isResting({ catalog, tenantId }, { type, restMs }, nowMs2) {
  if (restMs === void 0) return false;
  const looks = lookedAtMs.get(catalog) ?? /* @__PURE__ */ new Map();
  lookedAtMs.set(catalog, looks);
  const key = `${tenantId} ${type}`;
  const last = looks.get(key) ?? Number.NEGATIVE_INFINITY;
  if (nowMs2 >= last && nowMs2 < last + restMs) return true;
  looks.set(key, nowMs2);
  return false;
}
async function evaluateRule(evaluation, rule) {
  const { parts, nowMs: nowMs2, options, holding } = evaluation;
  const db = options.tx ?? parts.catalog.db;
  const open2 = await openAlarms(parts, db, { rule, ...options.configId !== void 0 && { configId: options.configId } });
  const key = (about) => fingerprintOf(parts.tenantId, rule.type, about);
  const context = {
    parts,
    db,
    nowMs: nowMs2,
    isOpen: (about) => open2.has(key(about)),
    ...options.configId !== void 0 && { configId: options.configId },
    ...options.signal && { signal: options.signal }
  };
  const found = await rule.evaluate(context);
  if (found === void 0) return;
  holding.set(rule.type, new Set(found.map(({ about }) => subjectText(about))));
  const isMuted = (about) => rule.mutedBy !== void 0 && holding.get(rule.mutedBy)?.has(subjectText(about)) === true;
  const findings = found.filter(({ about }) => !isMuted(about));
  const holds = new Set(findings.map(({ about }) => key(about)));
  for (const finding of findings) if (!isTold(open2.get(key(finding.about)), finding)) await raiseFinding(evaluation, rule, finding);
  for (const [fingerprint, { subject }] of open2) {
    if (!holds.has(fingerprint)) await resolveAlarm(parts, { type: rule.type, about: subject, atMs: nowMs2, isQuiet: isMuted(subject) }, options.tx);
  }
}
function isTold(open2, { occurrence }) {
  return open2 !== void 0 && open2.occurrence === occurrence;
}
async function raiseFinding({ parts, nowMs: nowMs2, options }, rule, finding) {
  await raiseAlarm(parts, {
    type: rule.type,
    severity: finding.severity ?? rule.severity,
    message: fill(rule.message[parts.locale], finding.values),
    about: finding.about,
    occurrence: finding.occurrence,
    guidance: finding.guidance ?? rule.guidance[parts.locale],
    details: { ...finding.details, origin: "RULE" },
    atMs: nowMs2
  }, options.tx);
}
async function openAlarms(parts, db, { rule, configId }) {
  const rows = await db.selectFrom("alerts").select(["fingerprint", "config_id", "details"]).where("tenant_id", "=", parts.tenantId).where("state", "<>", "RESOLVED").where("type", "=", rule.type).$if(configId !== void 0, (query) => query.where("config_id", "=", configId)).execute();
  return new Map(rows.filter(({ details }) => details["origin"] === "RULE").map(({ fingerprint, config_id, details }) => [
    fingerprint,
    { subject: config_id === null ? { resource: String(details["resource"]) } : { configId: config_id }, occurrence: details["occurrence"] }
  ]));
}
function subjectText({ configId, resource }) {
  return configId ?? `resource ${resource ?? ""}`;
}

// src/services/alarms/run-events.ts
import { sql as sql5 } from "kysely";
async function runStarted(parts, run, { tx, atMs = nowMs() } = {}) {
  await within(parts, tx, async (own2) => {
    const row = await runRow(own2, run.id);
    if (!row) return;
    await ping(parts, own2, { row, signal: "START", text: "", atMs });
    await evaluateRules(parts, atMs, { rules: [backupMissed, backupLate], configId: row.config_id, tx: own2 });
  });
}
async function runFinished(parts, run, { tx, atMs = nowMs() } = {}) {
  await within(parts, tx, async (own2) => {
    const row = await runRow(own2, run.id);
    if (!row) return;
    const signal = SIGNALS[row.state];
    if (signal === void 0) return;
    await dropStartPing(parts, own2, row.id);
    if (signal !== null) await ping(parts, own2, { row, signal, text: resultText(row, parts.locale), atMs });
    await evaluateRules(parts, atMs, { rules: RUN_RULES, configId: row.config_id, tx: own2 });
  });
}
var SIGNALS = { COMPLETED: "SUCCESS", PARTIAL: "FAIL", FAILED: "FAIL", CANCELLED: null };
async function within(parts, tx, work) {
  if (!tx) return await parts.catalog.transaction(work);
  await sql5`savepoint alarms`.execute(tx);
  try {
    await work(tx);
    await sql5`release savepoint alarms`.execute(tx);
  } catch (error) {
    await sql5`rollback to savepoint alarms`.execute(tx);
    parts.log.error("what a run's beginning or end tells could not be written", { cause: String(error) });
  }
}
async function runRow(tx, runId) {
  return await tx.selectFrom("runs").innerJoin("configs", "configs.id", "runs.config_id").select(["runs.id", "runs.state", "runs.stats", "runs.skipped", "runs.error", "configs.id as config_id", "configs.name", "configs.settings"]).where("runs.id", "=", runId).executeTakeFirst();
}
async function ping(parts, tx, { row, signal, text, atMs }) {
  const own2 = row.settings.healthcheckUrl;
  if (own2 === void 0 && parts.channels.healthcheckUrl?.includes("{slug}") !== true) return;
  await enqueuePing(parts, tx, { ping: { kind: "PING", signal, name: row.name, configId: row.config_id, runId: row.id, text }, atMs });
}
var RESULTS = {
  en: { COMPLETED: "{files} files, {added} new", PARTIAL: "incomplete: {skipped} items", FAILED: "failed" },
  "pt-BR": { COMPLETED: "{files} arquivos, {added} novos", PARTIAL: "incompleto: {skipped} itens", FAILED: "falhou" }
};
function resultText({ state, stats, skipped, error }, locale) {
  const figures = stats;
  if (state === "COMPLETED") {
    const files = (figures?.filesNew ?? 0) + (figures?.filesChanged ?? 0) + (figures?.filesUnmodified ?? 0);
    return RESULTS[locale].COMPLETED.replace("{files}", String(files)).replace("{added}", bytesText(figures?.bytesAdded ?? 0, locale));
  }
  if (state === "PARTIAL") return RESULTS[locale].PARTIAL.replace("{skipped}", String(Array.isArray(skipped) ? skipped.length : 0));
  const code = error?.code ?? "INTERNAL";
  const entry = Object.hasOwn(ERROR_CATALOG, code) ? ERROR_CATALOG[code] : ERROR_CATALOG.INTERNAL;
  return `${RESULTS[locale].FAILED}: ${code}: ${errorText(entry, locale, {}).message}`;
}

// src/services/alarms/scheduler-heartbeat.ts
async function schedulerHeartbeat(parts, { signal }) {
  const url = parts.channels.healthcheckUrl;
  const channel = parts.notifiers.find(({ carries }) => carries === "PING");
  if (!hasHeartbeat(parts) || channel === void 0 || url === void 0) return false;
  try {
    await channel.deliver({ kind: "PING", signal: "SUCCESS", name: "scheduler", url, text: "scheduler" }, { signal, key: "scheduler" });
    return true;
  } catch (error) {
    if (isBackupError(error, "ABORTED")) throw error;
    parts.log.warn("the heartbeat did not arrive", { cause: isBackupError(error) ? String(error.context["cause"]) : String(error) });
    return false;
  }
}
function hasHeartbeat({ channels: { healthcheckUrl } }) {
  return healthcheckUrl !== void 0 && !healthcheckUrl.includes("{slug}");
}

// src/services/monitoring/alerts.ts
var ALERTS_MAX = 1e3;
async function getActiveAlerts({ catalog, tenantId }) {
  const rows = await catalog.db.selectFrom("alerts").select(ALERT_COLUMNS).where("tenant_id", "=", tenantId).where("state", "<>", "RESOLVED").orderBy("last_seen_at", "desc").orderBy("id").limit(ALERTS_MAX).execute();
  return rows.map(alertView);
}
async function createAlert(parts, { type, severity, message }) {
  return await raiseAlarm(parts, { type, severity, message, about: { resource: `call:${createHash5("sha256").update(message).digest("hex").slice(0, 16)}` }, details: { origin: "CALL" } });
}
var UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
async function acknowledgeAlert({ catalog, tenantId }, alertId, by) {
  const row = UUID.test(alertId) ? await catalog.db.updateTable("alerts").set({ state: "ACKNOWLEDGED", acknowledged_at: new Date(nowMs()), acknowledged_by: by }).where("tenant_id", "=", tenantId).where("id", "=", alertId).where("state", "<>", "RESOLVED").returning(ALERT_COLUMNS).executeTakeFirst() : void 0;
  if (!row) throw new BackupError("ALERT_NOT_FOUND", "There is no such open alert.", { context: { alert: alertId } });
  return alertView(row);
}

// src/services/monitoring/backup-metrics.ts
import { sql as sql6 } from "kysely";

// src/services/monitoring/period.ts
var HOUR_MS4 = 36e5;
var UNITS_MS = { h: HOUR_MS4, d: 24 * HOUR_MS4, w: 7 * 24 * HOUR_MS4 };
function parsePeriod(input, nowMs2) {
  if (typeof input === "string") {
    const [, count, unit] = /^([1-9]\d{0,4})([hdw])$/.exec(input) ?? [];
    if (unit === void 0) throw refused2(`it is ${JSON.stringify(input.slice(0, 60))}`);
    return { fromMs: nowMs2 - Number(count) * UNITS_MS[unit], toMs: nowMs2 };
  }
  const [fromMs, toMs] = [Date.parse(input.from), Date.parse(input.to)];
  if (Number.isNaN(fromMs)) throw refused2(`it is ${JSON.stringify(input.from.slice(0, 60))}`);
  if (Number.isNaN(toMs)) throw refused2(`it is ${JSON.stringify(input.to.slice(0, 60))}`);
  if (fromMs >= toMs) throw refused2("its end is not after its beginning");
  return { fromMs, toMs };
}
function refused2(why) {
  return new BackupError("CONFIG_INVALID", `period: ${why}`, { context: { path: "period", why, accepted: 'a period such as "24h", "7d" or "4w", or { from, to } as ISO 8601 times' } });
}

// src/services/monitoring/backup-metrics.ts
async function calculateMetrics(parts, period, options = {}) {
  return await backupMetrics(parts, parsePeriod(period, options.atMs ?? nowMs()));
}
async function backupMetrics({ catalog, tenantId }, { fromMs, toMs }) {
  const row = await metricsQuery(catalog.db, tenantId, { fromMs, toMs }).executeTakeFirstOrThrow();
  const { completed, partial, failed: failed2, missed, cancelled, bytesProcessed, bytesAdded, bytesStored, durations, durationUs, measuredUs, measuredBytes, p95Us } = row;
  const judged = completed + partial + failed2 + missed;
  return {
    from: isoTime(fromMs),
    to: isoTime(toMs),
    total: judged + cancelled,
    completed,
    partial,
    failed: failed2,
    missed,
    cancelled,
    successRate: judged === 0 ? null : completed / judged,
    durationMsMean: durations === 0 ? null : Math.round(durationUs / durations / 1e3),
    durationMsP95: p95Us === null ? null : Math.round(p95Us / 1e3),
    bytesProcessed,
    bytesAdded,
    bytesStored,
    throughputBytesPerSecond: measuredUs > 0 ? Math.round(measuredBytes / (measuredUs / 1e6)) : null
  };
}
var SHARE = 0.95;
function metricsQuery(db, tenantId, { fromMs, toMs }) {
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  return db.with("part", (on) => on.selectFrom("run_days").select(["state", ...sums(1, WHOLE_DAYS)]).where("tenant_id", "=", tenantId).where("day", ">=", utcDay(from)).where("day", "<=", utcDay(to)).groupBy("state").unionAll(on.selectFrom("runs").select(["state", ...sums(-1, SINGLE_RUNS)]).where("tenant_id", "=", tenantId).where("counted_at", ">=", dayStart(from)).where("counted_at", "<=", from).groupBy("state")).unionAll(on.selectFrom("runs").select(["state", ...sums(-1, SINGLE_RUNS)]).where("tenant_id", "=", tenantId).where("counted_at", ">", to).where("counted_at", "<", sql6`${dayStart(to)} + interval '24 hours'`).groupBy("state"))).with("total", (on) => on.selectFrom("part").select([
    counted2("COMPLETED").as("completed"),
    counted2("PARTIAL").as("partial"),
    counted2("FAILED").as("failed"),
    counted2("MISSED").as("missed"),
    counted2("CANCELLED").as("cancelled"),
    total("durations").as("durations"),
    total("duration_us").as("durationUs"),
    total("measured_us").as("measuredUs"),
    total("measured_bytes").as("measuredBytes"),
    total("bytes_processed").as("bytesProcessed"),
    total("bytes_added").as("bytesAdded"),
    total("bytes_stored").as("bytesStored")
  ])).selectFrom("total").selectAll("total").select((on) => on.selectFrom("runs").select(sql6`duration_us::float8`.as("us")).where("tenant_id", "=", tenantId).where("duration_us", "is not", null).where("counted_at", ">", from).where("counted_at", "<=", to).orderBy("duration_us", "desc").offset(sql6`(select durations - ceil(${sql6.lit(SHARE)}::float8 * durations) from total)::bigint`).limit(1).as("p95Us"));
}
var WHOLE_DAYS = {
  count: sql6`sum(count)`,
  durations: sql6`sum(durations)`,
  duration_us: sql6`sum(duration_us)`,
  measured_us: sql6`sum(measured_us)`,
  measured_bytes: sql6`sum(measured_bytes)`,
  bytes_processed: sql6`sum(bytes_processed)`,
  bytes_added: sql6`sum(bytes_added)`,
  bytes_stored: sql6`sum(bytes_stored)`
};
var SINGLE_RUNS = {
  count: sql6`count(*)`,
  durations: sql6`count(duration_us)`,
  duration_us: sql6`sum(duration_us)`,
  measured_us: sql6`sum(duration_us) filter (where stats is not null)`,
  measured_bytes: sql6`sum(bytes_processed) filter (where duration_us is not null)`,
  bytes_processed: sql6`sum(bytes_processed)`,
  bytes_added: sql6`sum(bytes_added)`,
  bytes_stored: sql6`sum(bytes_stored)`
};
function sums(sign, of) {
  return Object.keys(of).map((name) => sql6`${sql6.lit(sign)} * ${of[name]}`.as(name));
}
var counted2 = (state) => sql6`coalesce(sum(count) filter (where state = ${sql6.lit(state)}), 0)::float8`;
var total = (column) => sql6`coalesce(sum(${sql6.ref(column)}), 0)::float8`;
var utcDay = (at) => sql6`(${at}::timestamptz at time zone 'UTC')::date`;
var dayStart = (at) => sql6`date_trunc('day', ${at}::timestamptz, 'UTC')`;

// src/services/monitoring/health-texts.ts
var HEALTH_TEXTS = {
  "database.ok": { en: "The database {database} answers.", "pt-BR": "O banco {database} responde." },
  "repository.ok": { en: "The repository answers and opens with the key.", "pt-BR": "O reposit\xF3rio responde e abre com a chave." },
  "scheduler.ok": { en: "A scheduler is running.", "pt-BR": "H\xE1 um agendador em execu\xE7\xE3o." },
  "scheduler.none": { en: 'No scheduler is running: nothing starts by itself. Start one with "neonpro-backup serve".', "pt-BR": 'Nenhum agendador em execu\xE7\xE3o: nada come\xE7a sozinho. Inicie um com "neonpro-backup serve".' },
  "backups.none": { en: 'There is no enabled configuration: nothing is backed up. Add one with "neonpro-backup config add".', "pt-BR": 'N\xE3o h\xE1 configura\xE7\xE3o habilitada: nada \xE9 copiado. Adicione uma com "neonpro-backup config add".' },
  "backup.ok": { en: "The last good backup is of {at}.", "pt-BR": "O \xFAltimo backup bom \xE9 de {at}." },
  "backup.never": { en: 'There is no backup yet. Make one with "neonpro-backup run {name}".', "pt-BR": 'Ainda n\xE3o h\xE1 backup. Fa\xE7a um com "neonpro-backup run {name}".' },
  "backup.neverOverdue": { en: 'There is no backup, though one was due at {due}. Look at the alerts, then "neonpro-backup run {name}".', "pt-BR": 'N\xE3o h\xE1 backup, embora um estivesse previsto para {due}. Veja os alertas e depois "neonpro-backup run {name}".' },
  "backup.onlyIncomplete": { en: "Every backup is incomplete; the newest is of {at}. The run's record lists what is missing.", "pt-BR": "Todos os backups est\xE3o incompletos; o mais novo \xE9 de {at}. O registro da execu\xE7\xE3o lista o que falta." },
  "backup.newestIncomplete": { en: "The newest backup, of {newest}, is incomplete; the last good one is of {at}.", "pt-BR": "O backup mais novo, de {newest}, est\xE1 incompleto; o \xFAltimo bom \xE9 de {at}." },
  "backup.overdue": { en: 'The last good backup is of {at}; the next was due at {due}. Look at the alerts, then "neonpro-backup run {name}".', "pt-BR": 'O \xFAltimo backup bom \xE9 de {at}; o pr\xF3ximo era previsto para {due}. Veja os alertas e depois "neonpro-backup run {name}".' },
  "backup.overdueRunning": { en: "The last good backup is of {at}; the one due at {due} is running.", "pt-BR": "O \xFAltimo backup bom \xE9 de {at}; o previsto para {due} est\xE1 em execu\xE7\xE3o." },
  "space.ok": { en: "{repository} free at the repository, {home} at HOME.", "pt-BR": "{repository} livres no reposit\xF3rio, {home} em HOME." },
  "space.low": { en: "{repository} free at the repository, {home} at HOME; the limit is {limit}. Free some room or shorten the retention.", "pt-BR": "{repository} livres no reposit\xF3rio, {home} em HOME; o limite \xE9 {limit}. Libere espa\xE7o ou reduza a reten\xE7\xE3o." },
  "space.unknown": { en: "How much room is free at repository or HOME can not be known.", "pt-BR": "N\xE3o \xE9 poss\xEDvel saber o espa\xE7o livre no reposit\xF3rio ou em HOME." },
  "alerts.none": { en: "No alert is open.", "pt-BR": "Nenhum alerta aberto." },
  "alerts.open": { en: '{count} alerts are open, {critical} of them critical. "neonpro-backup status" lists them.', "pt-BR": '{count} alertas abertos, {critical} deles cr\xEDticos. "neonpro-backup status" os lista.' },
  "channels.ok": { en: "Alarms go out by {channels}.", "pt-BR": "Os alarmes saem por {channels}." },
  "channels.none": { en: "No channel is set up: nobody is told of an alarm. Set SMTP_URL, ALERT_EMAIL_FROM and ALERT_EMAIL_TO, or WEBHOOK_URL (docs/alarms.md).", "pt-BR": "Nenhum canal configurado: ningu\xE9m \xE9 avisado de um alarme. Defina SMTP_URL, ALERT_EMAIL_FROM e ALERT_EMAIL_TO, ou WEBHOOK_URL (docs/alarms.md)." },
  "heartbeat.ok": { en: "A heartbeat is set: a service outside notices when this system is silent.", "pt-BR": "H\xE1 um sinal de vida: um servi\xE7o externo percebe se este sistema silenciar." },
  "heartbeat.others": { en: "No heartbeat is set; other workers would notice if this one were silent.", "pt-BR": "Sem sinal de vida configurado; outros processos perceberiam se este silenciasse." },
  "heartbeat.none": { en: "No heartbeat is set: if this machine stops, nobody is told. Set HEALTHCHECK_URL, without {slug}, to a healthchecks-compatible address.", "pt-BR": "Sem sinal de vida: se esta m\xE1quina parar, ningu\xE9m ser\xE1 avisado. Defina HEALTHCHECK_URL, sem {slug}, com um endere\xE7o compat\xEDvel com healthchecks." },
  "check.noAnswer": { en: "It did not answer within {seconds} s.", "pt-BR": "N\xE3o respondeu em {seconds} s." }
};

// src/services/monitoring/health-check.ts
function healthCheck({ parts }, check) {
  return { name: check.name, status: check.status, message: fill(HEALTH_TEXTS[check.text][parts.locale], check.values ?? {}) };
}

// src/services/monitoring/backup-freshness.ts
async function backupFreshness(context) {
  const rows = await freshnessRows(context);
  if (rows.length === 0) return [healthCheck(context, { name: "backups", status: "UNKNOWN", text: "backups.none" })];
  return rows.map((row) => freshnessOf(context, row));
}
async function freshnessRows({ parts: { catalog, tenantId } }) {
  const rows = await catalog.db.selectFrom("configs").leftJoinLateral((from) => from.selectFrom("recovery_points").select("recovery_points.created_at as good_at").whereRef("recovery_points.config_id", "=", "configs.id").where("recovery_points.removed_at", "is", null).where("recovery_points.is_complete", "=", true).orderBy("recovery_points.created_at", "desc").limit(1).as("good"), (join) => join.onTrue()).leftJoinLateral((from) => from.selectFrom("recovery_points").select("recovery_points.created_at as newest_at").whereRef("recovery_points.config_id", "=", "configs.id").where("recovery_points.removed_at", "is", null).orderBy("recovery_points.created_at", "desc").limit(1).as("newest"), (join) => join.onTrue()).leftJoinLateral((from) => from.selectFrom("runs").select("runs.id as running").whereRef("runs.config_id", "=", "configs.id").where("runs.state", "=", "RUNNING").limit(1).as("now"), (join) => join.onTrue()).select(["configs.name", "configs.settings", "configs.created_at", "good.good_at", "newest.newest_at", "now.running"]).where("configs.tenant_id", "=", tenantId).where("configs.removed_at", "is", null).where("configs.enabled", "=", true).orderBy("configs.name").execute();
  return rows.map((row) => ({ ...row, settings: row.settings }));
}
function freshnessOf(context, row) {
  const { name, settings, good_at: good, newest_at: newest, running } = row;
  const text = (at2) => timeText2(at2, settings.timezone, context.parts.locale);
  const check = `backup:${name}`;
  const due = overdueSince(row, (good ?? row.created_at).getTime(), context.atMs);
  if (good === null) {
    if (newest !== null) return healthCheck(context, { name: check, status: due === void 0 ? "DEGRADED" : "UNHEALTHY", text: "backup.onlyIncomplete", values: { at: text(newest) } });
    return due === void 0 || running !== null ? healthCheck(context, { name: check, status: "UNKNOWN", text: "backup.never", values: { name } }) : healthCheck(context, { name: check, status: "UNHEALTHY", text: "backup.neverOverdue", values: { name, due: text(due) } });
  }
  const at = text(good);
  if (due !== void 0) {
    return running === null ? healthCheck(context, { name: check, status: "UNHEALTHY", text: "backup.overdue", values: { name, at, due: text(due) } }) : healthCheck(context, { name: check, status: "DEGRADED", text: "backup.overdueRunning", values: { at, due: text(due) } });
  }
  if (newest !== null && newest > good) return healthCheck(context, { name: check, status: "DEGRADED", text: "backup.newestIncomplete", values: { at, newest: text(newest) } });
  return healthCheck(context, { name: check, status: "HEALTHY", text: "backup.ok", values: { at } });
}
function overdueSince({ settings, created_at }, sinceMs, atMs) {
  const frame = { timezone: settings.timezone, createdAtMs: created_at.getTime() };
  const dueAtMs = nextDueAt(settings.schedule, { ...frame, afterMs: sinceMs });
  if (dueAtMs === Number.POSITIVE_INFINITY) return void 0;
  return atMs >= lateAtMs({ dueAtMs, nextDueAtMs: nextDueAt(settings.schedule, { ...frame, afterMs: dueAtMs }) }) ? new Date(dueAtMs) : void 0;
}

// src/services/monitoring/health-checks.ts
import { sql as sql19 } from "kysely";

// src/services/scheduling/cancel-run.ts
import { sql as sql7 } from "kysely";

// src/services/scheduling/config-lock.ts
async function lockConfig(tx, configId) {
  const row = await tx.selectFrom("configs").selectAll().where("id", "=", configId).forNoKeyUpdate().executeTakeFirst();
  return row && { ...row, settings: row.settings };
}

// src/services/scheduling/run-events.ts
var RunEvent = { FINISHED: "finished", CANCEL_REQUESTED: "cancel-requested", DUE_TIMES_CHANGED: "due-times-changed" };
var targets = /* @__PURE__ */ new WeakMap();
function targetOf(catalog) {
  const known = targets.get(catalog);
  if (known) return known;
  const made2 = new EventTarget();
  targets.set(catalog, made2);
  return made2;
}
function announce(catalog, event, subject) {
  targetOf(catalog).dispatchEvent(new CustomEvent(event, { detail: subject }));
}
function listen(catalog, event, options) {
  targetOf(catalog).addEventListener(event, (told) => options.heard(told.detail), { signal: options.signal });
}

// src/services/scheduling/run-row.ts
function runView(row) {
  const time = (at) => at === null ? null : isoTime(at.getTime());
  return {
    id: row.id,
    configId: row.config_id,
    configName: row.config_name,
    source: row.source,
    type: row.type,
    trigger: row.trigger,
    state: row.state,
    dueAt: time(row.due_at),
    createdAt: isoTime(row.created_at.getTime()),
    startedAt: time(row.started_at),
    finishedAt: time(row.finished_at),
    durationMs: row.started_at !== null && row.finished_at !== null ? row.finished_at.getTime() - row.started_at.getTime() : null,
    attempts: row.attempts,
    snapshot: row.snapshot,
    stats: row.stats,
    skipped: row.skipped ?? [],
    progress: row.progress,
    error: row.error
  };
}
function sourceName(config4) {
  return config4.name;
}

// src/services/scheduling/uuid.ts
function isUuid(text) {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

// src/services/scheduling/get-run.ts
async function getRun(parts, runId) {
  return runView(await findRun(parts, parts.catalog.db, runId));
}
async function findRun(parts, db, runId) {
  const row = isUuid(runId) ? await db.selectFrom("runs").selectAll().where("tenant_id", "=", parts.tenantId).where("id", "=", runId).executeTakeFirst() : void 0;
  if (!row) throw new BackupError("RUN_NOT_FOUND", `There is no run ${runId}.`, { context: { run: runId } });
  return row;
}
var POLL_MS2 = 1e3;
async function waitForRun(parts, runId, { signal } = {}) {
  const waker = new Waker();
  const done = new AbortController();
  listen(parts.catalog, RunEvent.FINISHED, { signal: done.signal, heard: (subject) => subject === runId && waker.wake() });
  try {
    while (true) {
      throwIfAborted(signal);
      const run = await getRun(parts, runId);
      if (run.state !== RunState.PENDING && run.state !== RunState.RUNNING) return run;
      await waker.wait(POLL_MS2, { signal });
    }
  } finally {
    done.abort();
  }
}

// src/services/scheduling/cancel-run.ts
async function cancelRun(parts, runId) {
  const run = await parts.catalog.transaction(async (tx) => {
    const { config_id } = await findRun(parts, tx, runId);
    await lockConfig(tx, config_id);
    await endRuns(tx, (query) => query.where("id", "=", runId));
    return runView(await findRun(parts, tx, runId));
  });
  announce(parts.catalog, run.state === RunState.RUNNING ? RunEvent.CANCEL_REQUESTED : RunEvent.FINISHED, runId);
  return run;
}
async function endRunsOf(tx, parts, configId) {
  await lockConfig(tx, configId);
  await tx.deleteFrom("due_times").where("config_id", "=", configId).where("state", "=", DueState.WAITING).execute();
  const { ended, asked } = await endRuns(tx, (query) => query.where("config_id", "=", configId));
  for (const id of asked) announce(parts.catalog, RunEvent.CANCEL_REQUESTED, id);
  for (const id of ended) announce(parts.catalog, RunEvent.FINISHED, id);
}
function updateRuns(tx) {
  return tx.updateTable("runs");
}
async function endRuns(tx, which) {
  const now = sql7`clock_timestamp()`;
  const ended = await which(updateRuns(tx)).set({ state: RunState.CANCELLED, finished_at: now, cancel_requested_at: now }).where("state", "=", RunState.PENDING).returning("id").execute();
  const asked = await which(updateRuns(tx)).set({ cancel_requested_at: sql7`coalesce(cancel_requested_at, clock_timestamp())` }).where("state", "=", RunState.RUNNING).returning("id").execute();
  return { ended: ended.map(({ id }) => id), asked: asked.map(({ id }) => id) };
}

// src/services/scheduling/claim-run.ts
import { sql as sql8 } from "kysely";

// src/services/scheduling/run-hooks.ts
async function withHooks(parts, hooks, write) {
  try {
    return await write(hooks);
  } catch (error) {
    if (error instanceof BackupError) throw error;
    parts.log.error("what goes with a run's beginning or end failed; the run goes on without", { error });
    return await write({});
  }
}

// src/services/scheduling/claim-run.ts
async function claimRun(parts, runId, hooks = {}) {
  return await withHooks(parts, hooks, (own2) => claim2(parts, runId, own2));
}
async function claim2(parts, runId, hooks) {
  return await parts.catalog.transaction(async (tx) => {
    const found = await tx.selectFrom("runs").select("config_id").where("id", "=", runId).executeTakeFirst();
    const config4 = found && await lockConfig(tx, found.config_id);
    if (!config4) return { kind: "GONE" };
    const run = await tx.selectFrom("runs").select(["state", "fence"]).where("id", "=", runId).forUpdate().executeTakeFirstOrThrow();
    if (run.state !== RunState.PENDING || config4.removed_at !== null) return { kind: "GONE" };
    const other = await tx.selectFrom("runs").select("id").where("config_id", "=", config4.id).where("state", "=", RunState.RUNNING).limit(1).executeTakeFirst();
    if (other) return { kind: "WAIT" };
    return { kind: "CLAIMED", claim: await take(parts, tx, { runId, config: config4, hooks }) };
  });
}
async function take(parts, tx, { runId, config: config4, hooks }) {
  const row = await tx.updateTable("runs").set((of) => ({ state: RunState.RUNNING, fence: of("fence", "+", 1), attempts: of("attempts", "+", 1), started_at: sql8`coalesce(started_at, clock_timestamp())`, error: null, progress: null })).where("id", "=", runId).returningAll().executeTakeFirstOrThrow();
  await tx.insertInto("run_attempts").values({
    run_id: runId,
    attempt: row.attempts,
    tenant_id: row.tenant_id,
    fence: row.fence,
    worker_id: parts.worker.id,
    started_at: sql8`clock_timestamp()`,
    heartbeat_at: sql8`clock_timestamp()`
  }).execute();
  await hooks.runStarted?.(parts, runView(row), { tx });
  return claimOf(parts, row, config4);
}
function claimOf(parts, row, config4) {
  return {
    runId: row.id,
    configId: row.config_id,
    configName: row.config_name,
    source: row.source,
    type: row.type,
    trigger: row.trigger,
    dueAtMs: row.due_at?.getTime() ?? null,
    requestedBy: row.requested_by,
    fence: row.fence,
    attempt: row.attempts,
    settings: effectiveSettings(config4.settings, parts.defaults),
    sourceSealed: config4.source_sealed
  };
}

// src/services/scheduling/ensure-due-times.ts
async function ensureDueTimes(tx, parts, config4) {
  await lockConfig(tx, config4.id);
  const waiting2 = await tx.selectFrom("due_times").select("due_at").where("config_id", "=", config4.id).where("state", "=", DueState.WAITING).orderBy("due_at").execute();
  const kept2 = config4.enabled ? waiting2.map(({ due_at }) => due_at.getTime()).find((dueAtMs2) => isDueAt(config4, dueAtMs2)) : void 0;
  const gone = waiting2.filter(({ due_at }) => due_at.getTime() !== kept2).map(({ due_at }) => due_at);
  if (gone.length > 0) await tx.deleteFrom("due_times").where("config_id", "=", config4.id).where("state", "=", DueState.WAITING).where("due_at", "in", gone).execute();
  const dueAtMs = kept2 ?? (config4.enabled ? dueAfter(config4, nowMs()) : Number.POSITIVE_INFINITY);
  if (kept2 === void 0 && dueAtMs !== Number.POSITIVE_INFINITY) await insertWaiting(tx, parts, { config: config4, dueAtMs });
  announce(parts.catalog, RunEvent.DUE_TIMES_CHANGED, config4.id);
  return dueAtMs;
}
async function insertWaiting(tx, parts, { config: config4, dueAtMs }) {
  const lateAt = new Date(lateAtMs({ dueAtMs, nextDueAtMs: dueAfter(config4, dueAtMs) }));
  await tx.insertInto("due_times").values({ config_id: config4.id, due_at: new Date(dueAtMs), tenant_id: parts.tenantId, state: DueState.WAITING, late_at: lateAt }).onConflict((conflict) => conflict.doNothing()).execute();
}
function dueAfter({ settings, createdAt }, afterMs) {
  return nextDueAt(settings.schedule, { timezone: settings.timezone, createdAtMs: createdAt.getTime(), afterMs });
}
function isDueAt(config4, atMs) {
  return dueAfter(config4, atMs - 1) === atMs;
}

// src/services/scheduling/fail-attempt.ts
import { sql as sql10 } from "kysely";

// src/services/scheduling/retry-rule.ts
var AttemptOutcome = { COMPLETED: "COMPLETED", PARTIAL: "PARTIAL", FAILED: "FAILED", CANCELLED: "CANCELLED", RELEASED: "RELEASED", LOST: "LOST" };
var RETRY_ATTEMPTS = 3;
var RETRY_DELAY_MS = 3e4;
var LOST_ATTEMPTS_MAX = 10;
function mayRetry({ failure: failure2, failedBefore, performance }) {
  const isTransient = ERROR_CATALOG[failure2.code].retry !== "never";
  return { isLeft: isTransient && failedBefore < (performance.retryAttempts ?? RETRY_ATTEMPTS), retryDelayMs: performance.retryDelay ?? RETRY_DELAY_MS };
}

// src/services/scheduling/settle-attempt.ts
import { sql as sql9 } from "kysely";

// src/services/scheduling/run-claim.ts
function staleWorker({ runId, fence }) {
  return new BackupError("STALE_WORKER", `Run ${runId} is not held by fence ${fence} any more.`, { context: { run: runId } });
}

// src/services/scheduling/settle-attempt.ts
async function settleAttempt(parts, tx, { claim: claim4, outcome, failure: failure2, set }) {
  await lockConfig(tx, claim4.configId);
  const row = await tx.updateTable("runs").set(set).where("id", "=", claim4.runId).where("fence", "=", claim4.fence).where("state", "=", RunState.RUNNING).returningAll().executeTakeFirst();
  if (!row) throw staleWorker(claim4);
  await tx.updateTable("run_attempts").set({ finished_at: sql9`clock_timestamp()`, outcome, error: failure2 ? JSON.stringify(failure2) : null }).where("run_id", "=", claim4.runId).where("attempt", "=", claim4.attempt).execute();
  await queueNext(parts, tx, claim4);
  return runView(row);
}
async function queueNext(parts, tx, { configId, runId }) {
  const next = await tx.selectFrom("runs").select(["id", "priority"]).where("config_id", "=", configId).where("state", "=", RunState.PENDING).where("id", "!=", runId).orderBy("priority", "desc").orderBy("created_at").limit(1).executeTakeFirst();
  if (next) await parts.queue.enqueue({ kind: JobKind.BACKUP, subject: next.id, priority: next.priority }, tx);
}

// src/services/scheduling/fail-attempt.ts
async function failAttempt(parts, claim4, error, hooks = {}) {
  const failure2 = failureOf(error, parts.locale);
  const run = await withHooks(parts, hooks, (own2) => parts.catalog.transaction(async (tx) => {
    const { retryDelayMs, isLeft } = mayRetry({ failure: failure2, failedBefore: await attemptsThat(tx, claim4.runId, AttemptOutcome.FAILED), performance: claim4.settings.performance });
    const ending = { claim: claim4, outcome: AttemptOutcome.FAILED, failure: failure2 };
    return isLeft ? await putBack(parts, tx, { ...ending, delayMs: retryDelayMs }) : await giveUp(parts, tx, ending, own2);
  }));
  if (run.state === RunState.FAILED) announce(parts.catalog, RunEvent.FINISHED, claim4.runId);
  return run;
}
async function releaseRun(parts, claim4) {
  return await parts.catalog.transaction((tx) => putBack(parts, tx, { claim: claim4, outcome: AttemptOutcome.RELEASED, delayMs: 0 }));
}
async function putBack(parts, tx, { delayMs, ...ending }) {
  const run = await settleAttempt(parts, tx, { ...ending, set: { state: RunState.PENDING, progress: null, ...ending.failure && { error: JSON.stringify(ending.failure) } } });
  const { priority } = await tx.selectFrom("runs").select("priority").where("id", "=", run.id).executeTakeFirstOrThrow();
  await parts.queue.enqueue({ kind: JobKind.BACKUP, subject: run.id, priority, startAfter: new Date(nowMs() + delayMs) }, tx);
  return run;
}
async function giveUp(parts, tx, ending, hooks) {
  const run = await settleAttempt(parts, tx, { ...ending, set: { state: RunState.FAILED, finished_at: sql10`clock_timestamp()`, error: JSON.stringify(ending.failure) } });
  await hooks.runFinished?.(parts, run, { tx });
  return run;
}
async function attemptsThat(tx, runId, outcome) {
  const { count } = await tx.selectFrom("run_attempts").select(({ fn }) => fn.countAll().as("count")).where("run_id", "=", runId).where("outcome", "=", outcome).executeTakeFirstOrThrow();
  return count;
}

// src/services/scheduling/finish-run.ts
import { sql as sql11 } from "kysely";
async function finishRun(parts, claim4, result, { within: within2 } = {}) {
  const { state, snapshot, stats, skipped, error } = result;
  const run = await parts.catalog.transaction(async (tx) => {
    const ended = await settleAttempt(parts, tx, {
      claim: claim4,
      outcome: state,
      failure: error,
      set: {
        state,
        finished_at: sql11`clock_timestamp()`,
        snapshot: snapshot ?? null,
        stats: stats ? JSON.stringify(stats) : null,
        skipped: skipped ? JSON.stringify(skipped) : null,
        error: error ? JSON.stringify(error) : null
      }
    });
    await within2?.(tx, ended);
    return ended;
  });
  announce(parts.catalog, RunEvent.FINISHED, claim4.runId);
  return run;
}

// src/services/scheduling/heartbeat-run.ts
import { sql as sql12 } from "kysely";
async function heartbeatRun(parts, claim4, { progress } = {}) {
  return await parts.catalog.transaction(async (tx) => {
    const query = progress === void 0 ? tx.selectFrom("runs").select("cancel_requested_at").where("id", "=", claim4.runId).where("fence", "=", claim4.fence).where("state", "=", RunState.RUNNING).forShare() : tx.updateTable("runs").set({ progress: JSON.stringify(progress) }).where("id", "=", claim4.runId).where("fence", "=", claim4.fence).where("state", "=", RunState.RUNNING).returning("cancel_requested_at");
    const run = await query.executeTakeFirst();
    if (!run) throw staleWorker(claim4);
    await tx.updateTable("run_attempts").set({ heartbeat_at: sql12`clock_timestamp()` }).where("run_id", "=", claim4.runId).where("attempt", "=", claim4.attempt).execute();
    return { isCancelled: run.cancel_requested_at !== null };
  });
}

// src/services/scheduling/list-backups.ts
import { sql as sql13 } from "kysely";
var LIMIT = 20;
async function listBackups(parts, filters = {}, { page = 1, limit = LIMIT } = {}) {
  const chosen = checked(filters);
  if (chosen.configId !== void 0 && !isUuid(chosen.configId)) return { items: [], total: 0, page, limit };
  const { db } = parts.catalog;
  const [total2, rows] = await Promise.all([countRuns(parts, chosen), pageQuery(db, parts.tenantId, { chosen, page, limit }).execute()]);
  return { items: rows.map(runView), total: total2, page, limit };
}
function checked({ configId, status, type, from, to }) {
  oneOf("status", status, Object.values(RunState));
  oneOf("type", type, Object.values(BackupType));
  const since = timeOf("from", from);
  const until = timeOf("to", to);
  return { ...configId !== void 0 && { configId }, ...status !== void 0 && { state: status }, ...type !== void 0 && { type }, ...since && { from: since }, ...until && { to: until } };
}
function oneOf(path11, value, accepted) {
  if (value === void 0 || accepted.includes(value)) return;
  throw new BackupError("CONFIG_INVALID", `${path11} is ${value}.`, { context: { path: path11, why: `it is ${JSON.stringify(value)}`, accepted: accepted.join(", ") } });
}
function timeOf(path11, value) {
  if (value === void 0) return void 0;
  const at = new Date(value);
  if (!Number.isNaN(at.getTime())) return at;
  throw new BackupError("CONFIG_INVALID", `${path11} is no time.`, { context: { path: path11, why: `it is ${JSON.stringify(value)}`, accepted: 'an ISO 8601 date such as "2024-01-01"' } });
}
function where(query, tenantId, { configId, state, type, from, to }) {
  return query.where("tenant_id", "=", tenantId).$if(configId !== void 0, (q) => q.where("config_id", "=", configId)).$if(state !== void 0, (q) => q.where("state", "=", state)).$if(type !== void 0, (q) => q.where("type", "=", type)).$if(from !== void 0, (q) => q.where("created_at", ">=", from)).$if(to !== void 0, (q) => q.where("created_at", "<=", to));
}
function pageQuery(db, tenantId, { chosen, page, limit }) {
  return db.with("page", (q) => where(q.selectFrom("runs").select(["runs.id as run_id", "runs.created_at as at"]), tenantId, chosen).orderBy("created_at", "desc").orderBy("id").limit(limit).offset((page - 1) * limit)).selectFrom("page").innerJoin("runs", "runs.id", "page.run_id").selectAll("runs").orderBy("page.at", "desc").orderBy("page.run_id");
}
async function countRuns(parts, chosen) {
  const { db } = parts.catalog;
  if (chosen.from || chosen.to) {
    const { count: count2 } = await where(db.selectFrom("runs").select(({ fn }) => fn.countAll().as("count")), parts.tenantId, chosen).executeTakeFirstOrThrow();
    return count2;
  }
  const { configId, state, type } = chosen;
  const { count } = await db.selectFrom("run_counts").select(sql13`coalesce(sum(count), 0)::bigint`.as("count")).where("tenant_id", "=", parts.tenantId).$if(configId !== void 0, (q) => q.where("config_id", "=", configId)).$if(state !== void 0, (q) => q.where("state", "=", state)).$if(type !== void 0, (q) => q.where("type", "=", type)).executeTakeFirstOrThrow();
  return count;
}

// src/services/scheduling/request-run.ts
import { randomUUID as randomUUID3 } from "node:crypto";
async function requestRun(parts, { configId, by, trigger = RunTrigger.MANUAL }) {
  return await parts.catalog.transaction(async (tx) => {
    const config4 = isUuid(configId) ? await tx.selectFrom("configs").select(["id", "name", "settings"]).where("tenant_id", "=", parts.tenantId).where("id", "=", configId).where("removed_at", "is", null).forShare().executeTakeFirst() : void 0;
    if (!config4) throw new BackupError("CONFIG_NOT_FOUND", `There is no configuration ${configId}.`, { context: { config: configId } });
    const { type, priority } = config4.settings;
    const id = randomUUID3();
    await tx.insertInto("runs").values({
      id,
      tenant_id: parts.tenantId,
      config_id: config4.id,
      config_name: config4.name,
      source: sourceName(config4),
      type,
      trigger,
      priority: PRIORITY_RANK[priority],
      state: RunState.PENDING,
      requested_by: by
    }).execute();
    await parts.queue.enqueue({ kind: JobKind.BACKUP, subject: id, priority: PRIORITY_RANK[priority] }, tx);
    return id;
  });
}

// src/services/scheduling/resume-runs.ts
import { sql as sql14 } from "kysely";
var VANISHED_MS = 3e4;
var BATCH2 = 200;
async function resumeRuns(parts, { afterMs = VANISHED_MS } = {}) {
  await parts.catalog.transaction(async (tx) => {
    const rows = await tx.selectFrom("runs as run").select(["run.id", "run.priority"]).where("run.tenant_id", "=", parts.tenantId).where("run.state", "=", RunState.PENDING).where("run.created_at", "<=", sql14`clock_timestamp() - make_interval(secs => ${afterMs / 1e3})`).where(({ not, exists: exists2, selectFrom }) => not(exists2(selectFrom("runs as other").select("other.id").whereRef("other.config_id", "=", "run.config_id").where("other.state", "=", RunState.RUNNING)))).orderBy("run.priority", "desc").orderBy("run.created_at").limit(BATCH2).execute();
    if (rows.length > 0) await parts.queue.enqueueAll(rows.map(({ id, priority }) => ({ kind: JobKind.BACKUP, subject: id, priority })), tx);
  });
}

// src/services/scheduling/status.ts
import { sql as sql16 } from "kysely";

// src/services/scheduling/workers.ts
import { sql as sql15 } from "kysely";
var SCHEDULER = "scheduler";
var SILENT_SECONDS = 60;
var KEEP_DAYS = 7;
async function registerWorker(parts, roles) {
  const { id, host, pid } = parts.worker;
  const role = [roles.scheduler && SCHEDULER, roles.worker && "worker"].filter((name) => name !== false).join(",");
  const now = sql15`clock_timestamp()`;
  await parts.catalog.transaction(async (tx) => {
    await tx.deleteFrom("workers").where("heartbeat_at", "<", sql15`clock_timestamp() - make_interval(days => ${KEEP_DAYS})`).where("id", "!=", id).execute();
    await tx.insertInto("workers").values({ id, host, pid, role, started_at: now, heartbeat_at: now }).onConflict((conflict) => conflict.column("id").doUpdateSet({ role, heartbeat_at: now, stopped_at: null })).execute();
  });
}
async function heartbeatWorker(parts) {
  await parts.catalog.db.updateTable("workers").set({ heartbeat_at: sql15`clock_timestamp()` }).where("id", "=", parts.worker.id).execute();
}
async function stopWorker(parts) {
  await parts.catalog.db.updateTable("workers").set({ stopped_at: sql15`clock_timestamp()` }).where("id", "=", parts.worker.id).execute();
}
async function schedulerAlive(parts) {
  return (await liveWorkers(parts)).some(isScheduler);
}
function isScheduler({ role }) {
  return role.split(",").includes(SCHEDULER);
}
async function liveWorkers(parts) {
  const rows = await parts.catalog.db.selectFrom("workers").select(["id", "host", "pid", "role", "started_at", "heartbeat_at"]).where("stopped_at", "is", null).where("heartbeat_at", ">", sql15`clock_timestamp() - make_interval(secs => ${SILENT_SECONDS})`).$if(parts.catalog.kind === CatalogKind.EMBEDDED, (query) => query.where("id", "=", parts.worker.id)).orderBy("started_at").execute();
  return rows.map(({ id, host, pid, role, started_at, heartbeat_at }) => ({ id, host, pid, role, startedAt: isoTime(started_at.getTime()), heartbeatAt: isoTime(heartbeat_at.getTime()) }));
}

// src/services/scheduling/status.ts
var NEXT_MAX = 20;
async function schedulerStatus(parts) {
  const workers = await liveWorkers(parts);
  const next = await parts.catalog.db.selectFrom("due_times").innerJoin("configs", "configs.id", "due_times.config_id").select(["configs.id", "configs.name", "configs.settings", "due_times.due_at"]).where("due_times.tenant_id", "=", parts.tenantId).where("due_times.state", "=", DueState.WAITING).orderBy("due_times.due_at").limit(NEXT_MAX).execute();
  return {
    alive: workers.some(isScheduler),
    workers,
    next: next.map(({ id, name, settings, due_at }) => ({ configId: id, configName: name, dueAt: isoTime(due_at.getTime()), dueLocal: formatLocal(due_at.getTime(), settings.timezone) }))
  };
}
async function nextDueOf(parts, configIds) {
  if (configIds?.length === 0) return /* @__PURE__ */ new Map();
  const rows = await parts.catalog.db.selectFrom("due_times").select(["config_id", "due_at"]).where("tenant_id", "=", parts.tenantId).where("state", "=", DueState.WAITING).$if(configIds !== void 0, (query) => query.where("config_id", "in", configIds)).orderBy("due_at", "desc").execute();
  return new Map(rows.map(({ config_id, due_at }) => [config_id, due_at]));
}
async function configStatuses(parts) {
  const [next, rows] = await Promise.all([nextDueOf(parts), statusRows(parts)]);
  return rows.map((row) => ({
    id: row.config,
    name: row.name,
    enabled: row.enabled,
    nextRunLocal: next.has(row.config) ? formatLocal(next.get(row.config).getTime(), row.settings.timezone) : null,
    lastRun: row.id === null ? null : runView(row),
    lastGoodAt: row.good_at === null ? null : isoTime(row.good_at.getTime())
  }));
}
async function statusRows(parts) {
  return await parts.catalog.db.selectFrom("configs").leftJoinLateral((from) => from.selectFrom("runs").selectAll("runs").whereRef("runs.config_id", "=", "configs.id").orderBy("runs.created_at", "desc").orderBy("runs.id").limit(1).as("last"), (join) => join.onTrue()).leftJoinLateral((from) => from.selectFrom("runs").select("runs.finished_at as good_at").whereRef("runs.config_id", "=", "configs.id").where("runs.state", "=", RunState.COMPLETED).orderBy("runs.created_at", "desc").limit(1).as("good"), (join) => join.onTrue()).selectAll("last").select(["configs.id as config", "configs.name", "configs.enabled", "configs.settings", "good.good_at"]).where("configs.tenant_id", "=", parts.tenantId).where("configs.removed_at", "is", null).orderBy("configs.name").execute();
}
async function runningRuns(parts) {
  const rows = await parts.catalog.db.selectFrom("runs").selectAll().where("tenant_id", "=", parts.tenantId).where("state", "=", RunState.RUNNING).orderBy("started_at").execute();
  return rows.map(runView);
}

// src/services/scheduling/take-over.ts
import { sql as sql17 } from "kysely";
var STALE_MS = 6e4;
async function takeOverRuns(parts, { staleMs = STALE_MS, ...hooks } = {}) {
  const taken = [];
  for (const claim4 of await lostAttempts(parts, staleMs)) {
    const run = await takeOver(parts, claim4, hooks);
    if (!run) continue;
    parts.log.warn("a run was taken over: its worker is gone", { runId: run.id, attempt: claim4.attempt, state: run.state });
    if (run.state === RunState.FAILED) announce(parts.catalog, RunEvent.FINISHED, run.id);
    taken.push(run);
  }
  return taken;
}
async function lostAttempts(parts, staleMs) {
  const isAlone = parts.catalog.kind === CatalogKind.EMBEDDED;
  const rows = await parts.catalog.db.selectFrom("run_attempts as attempt").innerJoin("runs as run", (join) => join.onRef("run.id", "=", "attempt.run_id").onRef("run.fence", "=", "attempt.fence")).leftJoin("workers as worker", "worker.id", "attempt.worker_id").select(["run.id", "run.config_id", "attempt.fence", "attempt.attempt"]).where("attempt.finished_at", "is", null).where("run.state", "=", RunState.RUNNING).where("run.tenant_id", "=", parts.tenantId).where(({ eb, or }) => or([
    eb("attempt.heartbeat_at", "<", sql17`clock_timestamp() - make_interval(secs => ${staleMs / 1e3})`),
    eb("worker.stopped_at", "is not", null),
    ...isAlone ? [eb("attempt.worker_id", "!=", parts.worker.id)] : []
  ])).limit(100).execute();
  return rows.map(({ id, config_id, fence, attempt: attempt3 }) => ({ runId: id, configId: config_id, fence, attempt: attempt3 }));
}
async function takeOver(parts, claim4, hooks) {
  try {
    return await withHooks(parts, hooks, (own2) => parts.catalog.transaction(async (tx) => {
      const ending = { claim: claim4, outcome: AttemptOutcome.LOST, failure: failureOf(new BackupError("WORKER_LOST", `The worker of run ${claim4.runId} is gone.`, { context: { cause: "no heartbeat" } }), parts.locale) };
      const lostBefore = await attemptsThat(tx, claim4.runId, AttemptOutcome.LOST);
      return lostBefore + 1 < LOST_ATTEMPTS_MAX ? await putBack(parts, tx, { ...ending, delayMs: 0 }) : await giveUp(parts, tx, ending, own2);
    }));
  } catch (error) {
    if (isBackupError(error, "STALE_WORKER")) return void 0;
    throw error;
  }
}

// src/services/scheduling/tick.ts
import { sql as sql18 } from "kysely";
var BATCH3 = 50;
var BATCH_ROWS = 1e3;
var MISSED_MAX = 500;
async function tick(parts, atMs = nowMs()) {
  const started = [];
  let missed = 0;
  while (true) {
    const done = await parts.catalog.transaction((tx) => tickBatch(parts, tx, atMs));
    started.push(...done.started);
    missed += done.missed;
    if (done.looked < BATCH3) return { started, missed };
  }
}
async function nextWaitingMs(parts) {
  const next = await parts.catalog.db.selectFrom("due_times").select("due_at").where("tenant_id", "=", parts.tenantId).where("state", "=", DueState.WAITING).orderBy("due_at").limit(1).executeTakeFirst();
  return next?.due_at.getTime() ?? Number.POSITIVE_INFINITY;
}
async function tickBatch(parts, tx, atMs) {
  const rows = await dueRows(parts, tx, atMs);
  const plans = [];
  for (const row of rows) {
    const plan = await planOf(parts, tx, { row, atMs });
    if (plan) plans.push(plan);
  }
  if (plans.length === 0) return { started: [], missed: 0, looked: rows.length };
  await supersede(tx, plans);
  await insertRuns(parts, tx, plans);
  await settleDueTimes(parts, tx, plans);
  await parts.queue.enqueueAll(plans.map(jobOf), tx);
  for (const { row, nextDueAtMs } of plans) if (nextDueAtMs !== Number.POSITIVE_INFINITY) await insertWaiting(tx, parts, { config: row, dueAtMs: nextDueAtMs });
  return { started: plans.map(({ runId }) => runId), missed: plans.reduce((sum, { missed }) => sum + missed.length, 0), looked: rows.length };
}
async function dueRows(parts, tx, atMs) {
  const rows = await tx.selectFrom("due_times as due").innerJoin("configs as config", "config.id", "due.config_id").select(["config.id", "config.name", "config.enabled", "config.settings", "config.created_at", "config.removed_at", "due.due_at"]).where("due.tenant_id", "=", parts.tenantId).where("due.state", "=", DueState.WAITING).where("due.due_at", "<=", new Date(atMs)).orderBy("due.due_at").limit(BATCH3).forNoKeyUpdate().skipLocked().execute();
  return rows.map(({ id, name, enabled, settings, created_at, removed_at, due_at }) => ({
    id,
    name,
    enabled: enabled && removed_at === null,
    settings,
    createdAt: created_at,
    dueAtMs: due_at.getTime()
  }));
}
async function planOf(parts, tx, { row, atMs }) {
  const drop2 = () => tx.deleteFrom("due_times").where("config_id", "=", row.id).where("due_at", "=", new Date(row.dueAtMs)).execute();
  if (!row.enabled) {
    await drop2();
    return void 0;
  }
  try {
    const { times, isTruncated } = dueTimesBetween(row.settings.schedule, { timezone: row.settings.timezone, createdAtMs: row.createdAt.getTime(), afterMs: row.dueAtMs }, { untilMs: atMs, limit: MISSED_MAX });
    if (isTruncated) parts.log.warn("more due times were missed than are written down", { configId: row.id, since: new Date(row.dueAtMs).toISOString() });
    const all = [row.dueAtMs, ...times];
    const dueAtMs = all.at(-1);
    const nextDueAtMs = dueAfter(row, dueAtMs);
    const isCatchUp = all.length > 1 || atMs > lateAtMs({ dueAtMs, nextDueAtMs });
    return { row, missed: all.slice(0, -1), dueAtMs, nextDueAtMs, runId: scheduledRunId(row.id, dueAtMs), trigger: isCatchUp ? RunTrigger.CATCH_UP : RunTrigger.SCHEDULED };
  } catch (error) {
    parts.log.error("a schedule can not be read; the configuration has no due time until it is saved again", { configId: row.id, error });
    await drop2();
    return void 0;
  }
}
async function supersede(tx, plans) {
  const gone = await tx.updateTable("runs").set({ state: RunState.MISSED, finished_at: sql18`now()` }).where("config_id", "in", plans.map(({ row }) => row.id)).where("state", "=", RunState.PENDING).where("trigger", "in", [RunTrigger.SCHEDULED, RunTrigger.CATCH_UP]).where("attempts", "=", 0).returning(["id", "config_id", "due_at"]).execute();
  for (const { config_id, due_at } of gone) if (due_at) await tx.updateTable("due_times").set({ state: DueState.MISSED }).where("config_id", "=", config_id).where("due_at", "=", due_at).execute();
}
async function insertRuns(parts, tx, plans) {
  const values = plans.flatMap((plan) => {
    const { row } = plan;
    const common = { tenant_id: parts.tenantId, config_id: row.id, config_name: row.name, source: sourceName(row), type: row.settings.type, priority: PRIORITY_RANK[row.settings.priority], requested_by: "system" };
    const missed = plan.missed.map((dueAtMs, i) => ({
      ...common,
      id: scheduledRunId(row.id, dueAtMs),
      trigger: RunTrigger.SCHEDULED,
      due_at: new Date(dueAtMs),
      state: RunState.MISSED,
      created_at: new Date(dueAtMs),
      finished_at: new Date(missedAtMs({ dueAtMs, nextDueAtMs: plan.missed[i + 1] ?? plan.dueAtMs }))
    }));
    return [...missed, { ...common, id: plan.runId, trigger: plan.trigger, due_at: new Date(plan.dueAtMs), state: RunState.PENDING, finished_at: null }];
  });
  for (let at = 0; at < values.length; at += BATCH_ROWS) await tx.insertInto("runs").values(values.slice(at, at + BATCH_ROWS)).onConflict((conflict) => conflict.column("id").doNothing()).execute();
}
async function settleDueTimes(parts, tx, plans) {
  const values = plans.flatMap(({ row, missed, dueAtMs, nextDueAtMs }) => [...missed, dueAtMs].map((at, i) => ({
    config_id: row.id,
    due_at: new Date(at),
    tenant_id: parts.tenantId,
    state: at === dueAtMs ? DueState.ENQUEUED : DueState.MISSED,
    run_id: scheduledRunId(row.id, at),
    late_at: new Date(lateAtMs({ dueAtMs: at, nextDueAtMs: at === dueAtMs ? nextDueAtMs : missed[i + 1] ?? dueAtMs }))
  })));
  for (let at = 0; at < values.length; at += BATCH_ROWS) await tx.insertInto("due_times").values(values.slice(at, at + BATCH_ROWS)).onConflict((conflict) => conflict.columns(["config_id", "due_at"]).doUpdateSet((from) => ({ state: from.ref("excluded.state"), run_id: from.ref("excluded.run_id") }))).execute();
}
function jobOf({ runId, row }) {
  return { kind: JobKind.BACKUP, subject: runId, priority: PRIORITY_RANK[row.settings.priority] };
}

// src/services/scheduling/worker/carry-out-job.ts
var HEARTBEAT_MS = 5e3;
var TIMEOUT_SECONDS = 7200;
var Halt = { TIMEOUT: "TIMEOUT", CANCEL: "CANCEL", SHUTDOWN: "SHUTDOWN", STALE: "STALE" };
async function carryOutJob(parts, runId, options) {
  if (options.signal.aborted) throw new BackupError("ABORTED", "This worker stops.");
  const outcome = await claimRun(parts, runId, options);
  if (outcome.kind !== "CLAIMED") return parts.log.debug("a job has nothing to do now", { runId, outcome: outcome.kind });
  const { claim: claim4 } = outcome;
  const halt = new AbortController();
  const end = new AbortController();
  const watches = [watchHeartbeat(parts, claim4, { halt, end: end.signal, everyMs: options.heartbeatMs ?? HEARTBEAT_MS }), watchTimeout(claim4, { halt, end: end.signal })];
  const stop = () => halt.abort(Halt.SHUTDOWN);
  options.signal.addEventListener("abort", stop);
  try {
    await options.carryOutRun(parts, claim4, { signal: halt.signal });
    await refuseOpenEnd(parts, claim4);
  } catch (error) {
    await writeEnd(parts, claim4, { error, halt: halt.signal.aborted ? halt.signal.reason : void 0, hooks: options });
  } finally {
    options.signal.removeEventListener("abort", stop);
    end.abort();
    await Promise.all(watches);
  }
}
async function watchTimeout({ settings }, { halt, end }) {
  await sleep((settings.performance.timeout ?? TIMEOUT_SECONDS) * 1e3, { signal: end }).catch(() => {
  });
  if (!end.aborted) halt.abort(Halt.TIMEOUT);
}
async function watchHeartbeat(parts, claim4, { halt, end, everyMs }) {
  const waker = new Waker();
  listen(parts.catalog, RunEvent.CANCEL_REQUESTED, { signal: end, heard: (subject) => subject === claim4.runId && waker.wake() });
  while (!end.aborted && !halt.signal.aborted) {
    await waker.wait(everyMs, { signal: end });
    if (end.aborted) return;
    try {
      if ((await heartbeatRun(parts, claim4)).isCancelled) halt.abort(Halt.CANCEL);
    } catch (error) {
      if (isBackupError(error, "STALE_WORKER")) halt.abort(Halt.STALE);
      else parts.log.warn("a heartbeat could not be written", { runId: claim4.runId, error });
    }
  }
  while (!end.aborted && halt.signal.reason !== Halt.STALE) {
    await waker.wait(everyMs, { signal: end });
    if (!end.aborted) await heartbeatRun(parts, claim4).catch(() => {
    });
  }
}
async function refuseOpenEnd(parts, { runId, fence }) {
  const run = await findRun(parts, parts.catalog.db, runId);
  if (run.state === RunState.RUNNING && run.fence === fence) throw new BackupError("INTERNAL", `Run ${runId} came back without an end.`);
}
async function writeEnd(parts, claim4, { error, halt, hooks }) {
  if (halt === Halt.STALE || isBackupError(error, "STALE_WORKER")) return parts.log.warn("another worker has the run", { runId: claim4.runId, attempt: claim4.attempt });
  const write = async () => {
    if (halt === Halt.CANCEL) return await withHooks(parts, hooks, (own2) => finishRun(parts, claim4, { state: RunState.CANCELLED }, { within: async (tx, run) => await own2.runFinished?.(parts, run, { tx }) }));
    if (halt === Halt.SHUTDOWN) return await releaseRun(parts, claim4);
    const seconds = claim4.settings.performance.timeout ?? TIMEOUT_SECONDS;
    const cause = halt === Halt.TIMEOUT ? new BackupError("BACKUP_TIMEOUT", `Run ${claim4.runId} took longer than ${seconds} s.`, { context: { seconds }, cause: error }) : error;
    if (!isBackupError(cause)) parts.log.error("a run failed by a bug", { runId: claim4.runId, error });
    return await failAttempt(parts, claim4, cause, hooks);
  };
  try {
    const run = await patiently(write);
    parts.log.info("a run was stopped", { runId: run.id, state: run.state, ...run.error && { code: run.error.code } });
  } catch (late) {
    if (!isBackupError(late, "STALE_WORKER")) throw late;
    parts.log.warn("another worker has the run", { runId: claim4.runId, attempt: claim4.attempt });
  }
}
var PATIENCE = 15;
var PATIENCE_MS = 2e3;
async function patiently(write) {
  for (let left = PATIENCE; ; left -= 1) {
    try {
      return await write();
    } catch (error) {
      if (left === 0 || !isBackupError(error, "DATABASE_UNAVAILABLE")) throw error;
      await sleep(PATIENCE_MS);
    }
  }
}

// src/services/scheduling/worker/start-worker.ts
var WORKER_HEARTBEAT_MS = 15e3;
var LOOK_MS2 = { [CatalogKind.POSTGRES]: 2e3, [CatalogKind.EMBEDDED]: 1e4 };
var SWEEP_MS2 = 15e3;
var OUTAGE_MS2 = 5e3;
var HELD_MS = 500;
async function startWorker(parts, options) {
  const { roles } = options;
  const stopping = new AbortController();
  await registerWorker(parts, roles);
  await takeOverRuns(parts, options);
  await resumeRuns(parts, { afterMs: 0 });
  const round = (work) => goRound(parts, work, stopping.signal);
  const rounds = [
    round({ name: "heartbeat", everyMs: WORKER_HEARTBEAT_MS, run: () => heartbeatWorker(parts) }),
    round({ name: "sweep", everyMs: Math.min(SWEEP_MS2, options.staleMs ?? STALE_MS), run: () => sweep2(parts, options) }),
    ...(options.periodic ?? []).map(round),
    ...roles.scheduler ? [schedule(parts, stopping.signal)] : []
  ];
  if (roles.worker) await carryOut(parts, options);
  parts.log.info("at work", { ...parts.worker, ...roles });
  return {
    stop: async ({ graceMs }) => {
      stopping.abort();
      await parts.queue.stop({ graceMs });
      await Promise.all(rounds);
      await stopWorker(parts);
      parts.log.info("stopped", { ...parts.worker });
    }
  };
}
async function carryOut(parts, options) {
  const { carryOutRun: carryOutRun2, carryOutRecovery: carryOutRecovery2, runStarted: runStarted2, runFinished: runFinished2, heartbeatMs } = options;
  const hooks = { ...runStarted2 && { runStarted: runStarted2 }, ...runFinished2 && { runFinished: runFinished2 }, ...heartbeatMs !== void 0 && { heartbeatMs } };
  await parts.queue.work(JobKind.BACKUP, (runId, { signal }) => carryOutJob(parts, runId, { carryOutRun: carryOutRun2, signal, ...hooks }), { concurrency: parts.defaults.performance?.maxConcurrentBackups ?? 1 });
  await parts.queue.work(JobKind.RECOVERY, async (requestId, { signal }) => void await carryOutRecovery2(parts, requestId, { signal }), { concurrency: 1 });
}
async function sweep2(parts, options) {
  await takeOverRuns(parts, options);
  await resumeRuns(parts);
}
async function schedule(parts, signal) {
  const waker = new Waker();
  listen(parts.catalog, RunEvent.DUE_TIMES_CHANGED, { signal, heard: () => waker.wake() });
  const lookMs = LOOK_MS2[parts.catalog.kind];
  while (!signal.aborted) {
    const waitMs = await untilNext(parts);
    await waker.wait(Math.max(5, Math.min(waitMs + 1, lookMs)), { signal });
  }
}
async function untilNext(parts) {
  try {
    const next = await nextWaitingMs(parts);
    if (next > nowMs()) return next - nowMs();
    const { started, missed } = await tick(parts);
    if (started.length === 0 && missed === 0) return HELD_MS;
    parts.log.info("due runs were put into the queue", { runs: started.length, missed });
    return 0;
  } catch (error) {
    parts.log.warn("the scheduler could not look at its due times", { error });
    return OUTAGE_MS2;
  }
}
async function goRound(parts, { name, everyMs, run }, signal) {
  const waker = new Waker();
  while (!signal.aborted) {
    await waker.wait(everyMs, { signal });
    if (signal.aborted) return;
    await run({ signal }).catch((error) => {
      if (!signal.aborted) parts.log.warn("work that is done now and then failed", { name, error });
    });
  }
}

// src/services/monitoring/health-checks.ts
async function databaseHealth(context) {
  const { catalog } = context.parts;
  await catalog.ping(context.signal);
  return [healthCheck(context, { name: "database", status: "HEALTHY", text: "database.ok", values: { database: catalog.location } })];
}
async function repositoryHealth(context) {
  var _stack = [];
  try {
    const _repository = __using(_stack, await context.parts.repository.open(context.signal), true);
    return [healthCheck(context, { name: "repository", status: "HEALTHY", text: "repository.ok" })];
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function schedulerHealth(context) {
  const { parts } = context;
  if (await schedulerAlive(parts)) return [healthCheck(context, { name: "scheduler", status: "HEALTHY", text: "scheduler.ok" })];
  const scheduled = await parts.catalog.db.selectFrom("configs").select("id").where("tenant_id", "=", parts.tenantId).where("removed_at", "is", null).where("enabled", "=", true).where(sql19`settings -> 'schedule' ->> 'kind'`, "<>", "MANUAL").limit(1).executeTakeFirst();
  return [healthCheck(context, { name: "scheduler", status: scheduled ? "UNHEALTHY" : "DEGRADED", text: "scheduler.none" })];
}
async function spaceHealth(context) {
  const { parts } = context;
  const [limit, repository, home] = [await freeSpaceLimit(parts, parts.catalog.db), await repositoryRoom(parts), await homeRoom(parts)];
  if (!repository || !home) return [healthCheck(context, { name: "free-space", status: "UNKNOWN", text: "space.unknown" })];
  const isLow = Math.min(repository.bytesFree, home.bytesFree) < limit;
  const values = { repository: bytesText(repository.bytesFree, parts.locale), home: bytesText(home.bytesFree, parts.locale), limit: bytesText(limit, parts.locale) };
  return [healthCheck(context, { name: "free-space", status: isLow ? "UNHEALTHY" : "HEALTHY", text: isLow ? "space.low" : "space.ok", values })];
}
async function alertHealth(context) {
  const { catalog, tenantId } = context.parts;
  const { count, critical } = await catalog.db.selectFrom("alerts").select([sql19`count(*)::float8`.as("count"), sql19`count(*) filter (where severity = 'CRITICAL')::float8`.as("critical")]).where("tenant_id", "=", tenantId).where("state", "<>", "RESOLVED").executeTakeFirstOrThrow();
  if (count === 0) return [healthCheck(context, { name: "alerts", status: "HEALTHY", text: "alerts.none" })];
  return [healthCheck(context, { name: "alerts", status: critical > 0 ? "UNHEALTHY" : "DEGRADED", text: "alerts.open", values: { count, critical } })];
}
function channelHealth(context) {
  const { notifiers, locale } = context.parts;
  const channels = notifiers.filter(({ carries }) => carries === "ALARM").map(({ title }) => title[locale]);
  return Promise.resolve([
    channels.length > 0 ? healthCheck(context, { name: "channels", status: "HEALTHY", text: "channels.ok", values: { channels: channels.join(", ") } }) : healthCheck(context, { name: "channels", status: "DEGRADED", text: "channels.none" })
  ]);
}
async function heartbeatHealth(context) {
  if (hasHeartbeat(context.parts)) return [healthCheck(context, { name: "heartbeat", status: "HEALTHY", text: "heartbeat.ok" })];
  const hosts = new Set((await schedulerStatus(context.parts)).workers.map(({ host }) => host));
  return [hosts.size > 1 ? healthCheck(context, { name: "heartbeat", status: "HEALTHY", text: "heartbeat.others" }) : healthCheck(context, { name: "heartbeat", status: "DEGRADED", text: "heartbeat.none" })];
}

// src/services/monitoring/health-report.ts
var ANSWER_SECONDS = 10;
var CHECKS = [
  { name: "database", run: databaseHealth, isSubject: true },
  { name: "repository", run: repositoryHealth, isSubject: true },
  { name: "scheduler", run: schedulerHealth },
  { name: "backups", run: backupFreshness },
  { name: "free-space", run: spaceHealth },
  { name: "alerts", run: alertHealth },
  { name: "channels", run: channelHealth },
  { name: "heartbeat", run: heartbeatHealth }
];
var WORST_FIRST = [HealthStatus.UNHEALTHY, HealthStatus.UNKNOWN, HealthStatus.DEGRADED, HealthStatus.HEALTHY];
async function performHealthCheck(parts, { signal, atMs = nowMs() } = {}) {
  const stop = new AbortController();
  const context = { parts, atMs, signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal };
  try {
    const checks = (await Promise.all(CHECKS.map((check) => made(context, check)))).flat();
    throwIfAborted(signal);
    return { overall: WORST_FIRST.find((status) => checks.some((check) => check.status === status)) ?? HealthStatus.UNKNOWN, checkedAt: isoTime(atMs), checks };
  } finally {
    stop.abort();
  }
}
async function made(context, { name, run, isSubject = false }) {
  const noAnswer = [healthCheck(context, { name, status: isSubject ? "UNHEALTHY" : "UNKNOWN", text: "check.noAnswer", values: { seconds: ANSWER_SECONDS } })];
  const late = sleep(ANSWER_SECONDS * 1e3, { signal: context.signal, unref: true }).then(() => noAnswer, () => noAnswer);
  try {
    return await Promise.race([run(context), late]);
  } catch (error) {
    const { message, guidance } = failureOf(error, context.parts.locale);
    return [{ name, status: isSubject ? "UNHEALTHY" : "UNKNOWN", message: `${message} ${guidance}` }];
  }
}

// src/services/monitoring/real-time-metrics.ts
import { sql as sql20 } from "kysely";

// src/services/monitoring/machine-figures.ts
import fs4 from "node:fs/promises";
import os from "node:os";
var WINDOW_MS = 100;
var WINDOW_MS_MIN = 250;
var WINDOW_MS_MAX = 3e5;
var kept;
async function machineFigures(home) {
  const { before, after } = await twoLooks();
  const seconds = Math.max(after.atMs - before.atMs, 1) / 1e3;
  const hasNetwork = before.networkBytes !== null && after.networkBytes !== null;
  return {
    cpuPercent: after.total > before.total ? percent((after.busy - before.busy) / (after.total - before.total)) : null,
    memoryPercent: percent(1 - os.freemem() / os.totalmem()),
    diskPercent: await diskPercent(home),
    networkBytesPerSecond: hasNetwork ? Math.max(0, Math.round((after.networkBytes - before.networkBytes) / seconds)) : null
  };
}
async function twoLooks() {
  const now = await look();
  const age = kept ? now.atMs - kept.newer.atMs : Number.POSITIVE_INFINITY;
  if (kept && age >= 0 && age <= WINDOW_MS_MAX) {
    if (age >= WINDOW_MS_MIN) kept = { older: kept.newer, newer: now };
    return { before: kept.older, after: now };
  }
  await sleep(WINDOW_MS);
  const after = await look();
  kept = { older: now, newer: after };
  return { before: now, after };
}
async function look() {
  let busy = 0;
  let total2 = 0;
  for (const { times } of os.cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    busy += all - times.idle;
    total2 += all;
  }
  return { busy, total: total2, networkBytes: await networkBytes(), atMs: nowMs() };
}
async function networkBytes() {
  try {
    const { networkStats } = await import("systeminformation");
    const interfaces = (await networkStats("*")).filter(({ iface }) => iface !== "lo" && !iface.startsWith("lo0"));
    return interfaces.reduce((sum, { rx_bytes, tx_bytes }) => sum + rx_bytes + tx_bytes, 0);
  } catch {
    return null;
  }
}
async function diskPercent(folder) {
  try {
    const { blocks, bavail } = await fs4.statfs(folder);
    return percent(1 - bavail / blocks);
  } catch {
    return null;
  }
}
function percent(share) {
  return Math.round(Math.min(Math.max(share, 0), 1) * 1e3) / 10;
}

// src/services/monitoring/repository-size.ts
var FRESH_MS = 6e4;
var WAIT_MS = 1e3;
var LIST_MS_MAX = 3e4;
var counts = /* @__PURE__ */ new WeakMap();
async function repositoryBytes({ repository, log }) {
  const count = counts.get(repository) ?? { bytes: null, atMs: 0, running: void 0 };
  counts.set(repository, count);
  if (nowMs() - count.atMs < FRESH_MS) return count.bytes;
  count.running ??= list(repository).then((bytes) => {
    Object.assign(count, { bytes, atMs: nowMs() });
  }, (error) => log.warn("the repository could not be listed", { cause: String(error) })).finally(() => {
    count.running = void 0;
  });
  await Promise.race([count.running, sleep(WAIT_MS, { unref: true })]);
  return count.bytes;
}
async function list(repository) {
  var _stack = [];
  try {
    const store = __using(_stack, repository.openStore(), true);
    let sum = 0;
    for await (const { bytes } of store.list("", { signal: AbortSignal.timeout(LIST_MS_MAX) })) sum += bytes;
    return sum;
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}

// src/services/monitoring/real-time-metrics.ts
var DAYS2 = 30;
var DAY_MS2 = 864e5;
var SOURCES_MAX = 1e3;
async function getRealTimeMetrics(parts, options = {}) {
  const toMs = options.atMs ?? nowMs();
  const [machine, metrics, counts2, bySource, room, bytes, storageLatencyMs] = await Promise.all([
    machineFigures(parts.home),
    backupMetrics(parts, { fromMs: toMs - DAYS2 * DAY_MS2, toMs }),
    activity(parts),
    bytesBySource(parts),
    repositoryRoom(parts),
    repositoryBytes(parts),
    latencyMs(parts)
  ]);
  return {
    ...metrics,
    ...counts2,
    storage: { repositoryBytes: bytes, bytesFree: room?.bytesFree ?? null, bytesTotal: room?.bytesTotal ?? null, growthBytes30Days: metrics.bytesStored, bySource },
    system: { ...machine, storageLatencyMs }
  };
}
async function activity({ catalog: { db }, tenantId }) {
  const counted3 = (table, states) => db.selectFrom(table).select(sql20`count(*)::float8`.as("count")).where("tenant_id", "=", tenantId).where("state", "in", [...states]).executeTakeFirstOrThrow().then(({ count }) => count);
  return {
    activeBackups: await counted3("runs", ["RUNNING"]),
    queuedBackups: await counted3("runs", ["PENDING"]),
    activeRecoveries: await counted3("recovery_requests", ["RUNNING"]),
    activeAlerts: await counted3("alerts", ["FIRING", "ACKNOWLEDGED"])
  };
}
async function bytesBySource({ catalog: { db }, tenantId }) {
  const rows = await db.selectFrom("recovery_points").select(["source", sql20`sum(bytes_added)::float8`.as("bytes")]).where("tenant_id", "=", tenantId).where("removed_at", "is", null).groupBy("source").orderBy("bytes", "desc").limit(SOURCES_MAX).execute();
  return Object.fromEntries(rows.map(({ source, bytes }) => [source, bytes]));
}
async function latencyMs(parts) {
  try {
    var _stack = [];
    try {
      const store = __using(_stack, parts.repository.openStore(), true);
      const startNs = monotonicNs();
      await store.head("config/latency");
      return Number((monotonicNs() - startNs) / 10000n) / 100;
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      var _promise = __callDispose(_stack, _error, _hasError);
      _promise && await _promise;
    }
  } catch (error) {
    parts.log.warn("the storage did not answer", { cause: String(error) });
    return null;
  }
}

// src/services/parts.ts
var AuditResult = { SUCCESS: "SUCCESS", REFUSED: "REFUSED", FAILED: "FAILED" };

// src/services/execution/engine-process.ts
import { fork } from "node:child_process";
var NODE_FLAGS = ["--max-semi-space-size=1", "--v8-pool-size=1", "--no-incremental-marking"];
var GRACE_MS = 3e4;
var END_MS = 5e3;
var STDERR_CHARS_MAX = 4096;
var SECRETS = ["BACKUP_ENCRYPTION_KEY", "BACKUP_ENCRYPTION_KEY_PREVIOUS", "DATABASE_URL", "SUPABASE_URL", "SUPABASE_ANON_KEY", "SMTP_URL", "WEBHOOK_SECRET"];
var EngineProcess = class {
  #repository;
  #child;
  #closed;
  #pending;
  #stderr = "";
  /** Why it takes no more jobs. */
  #end;
  constructor(repository) {
    const { location, keks, stateDirectory, repositoryId } = repository;
    this.#repository = { location, keks, stateDirectory, repositoryId };
    this.#child = fork(engineChildUrl(), [], { execPath: process.execPath, execArgv: NODE_FLAGS, env: cleanEnvironment(), serialization: "advanced", stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#child.stderr?.setEncoding("utf8").on("data", (text) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS_MAX);
    });
    this.#child.on("message", (message) => this.#receive(message));
    this.#closed = new Promise((resolve2) => {
      this.#child.once("error", (error) => this.#lose(lost(error.message, "")));
      this.#child.once("close", (code, signal) => {
        this.#lose(lost(signal ?? `exit ${code}`, this.#stderr));
        resolve2();
      });
    });
  }
  get pid() {
    return this.#child.pid;
  }
  /** Throws what the job threw; ABORTED when it was stopped, WORKER_LOST when the process ended without an answer. */
  async run(job, { signal, onProgress, graceMs = GRACE_MS } = {}) {
    invariant(!this.#pending, "A process of the engine does one job at a time.");
    if (signal?.aborted) throw new BackupError("ABORTED", "The operation was stopped.", { cause: signal.reason });
    if (this.#end) throw this.#end;
    const stop = () => void this.#stop(graceMs);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await new Promise((resolve2, reject) => {
        this.#pending = { kind: job.kind, onProgress, resolve: (result) => resolve2(result), reject };
        this.#send({ type: "job", repository: this.#repository, job });
      });
    } catch (error) {
      throw signal?.aborted && error === this.#end ? new BackupError("ABORTED", "The operation was stopped.", { cause: error }) : error;
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#pending = void 0;
    }
  }
  /** Ends the process; a job that still runs is stopped first. */
  async [Symbol.asyncDispose]() {
    if (this.#pending) await this.#stop(GRACE_MS);
    else {
      if (this.#child.connected) this.#send({ type: "end" });
      await this.#killAfter(END_MS);
    }
    await this.#closed;
  }
  async #stop(graceMs) {
    this.#child.kill("SIGTERM");
    await this.#killAfter(graceMs);
  }
  /** Unless it ends before. */
  async #killAfter(ms) {
    const ended = new AbortController();
    void this.#closed.then(() => ended.abort());
    await sleep(ms, { signal: ended.signal }).then(() => this.#child.kill("SIGKILL"), () => {
    });
  }
  #send(message) {
    this.#child.send(message, (error) => {
      if (error) this.#lose(lost(error.message, this.#stderr));
    });
  }
  #receive(raw) {
    let message;
    try {
      message = parseFromEngine(raw);
    } catch (error) {
      this.#child.kill("SIGKILL");
      return this.#lose(error);
    }
    if (message.type === "progress") this.#pending?.onProgress?.(message.progress);
    else if (message.type === "failed") this.#pending?.reject(receivedError(message.error));
    else if (message.kind === this.#pending?.kind) this.#pending.resolve(message.result);
  }
  #lose(error) {
    this.#end ??= error;
    this.#pending?.reject(this.#end);
  }
};
async function runInEngine(repository, job, call = {}) {
  var _stack = [];
  try {
    const engine = __using(_stack, new EngineProcess(repository), true);
    return await engine.run(job, call);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function lost(cause, stderr) {
  return new BackupError("WORKER_LOST", `The process that did the work ended without an answer (${cause}). ${stderr}`.trim(), { context: { cause } });
}
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(environment()).filter(([name]) => !SECRETS.includes(name)));
}

// src/services/execution/run-settings.ts
function engineSettings({ filters, performance }) {
  const { modifiedSince, ...others } = filters;
  const { compressionLevel, chunkSize } = performance;
  const given2 = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== void 0));
  return {
    filters: { ...given2, ...modifiedSince !== void 0 && { modifiedSinceMs: Date.parse(modifiedSince) } },
    ...compressionLevel !== void 0 && { compressionLevel },
    ...chunkSize !== void 0 && { segmentBytes: chunkSize }
  };
}
function snapshotTypeOf(type) {
  return type === "FULL" ? SnapshotType.FULL : type === "DIFFERENTIAL" ? SnapshotType.DIFFERENTIAL : SnapshotType.INCREMENTAL;
}
function policyOf(retention) {
  if (retention === void 0) return void 0;
  if (typeof retention === "number") return { withinDays: retention };
  const { yearly, custom, ...rest } = retention;
  const rules = [...custom ?? [], ...yearly === "forever" ? [{ pattern: "last-of-year", keep: "forever" }] : []];
  const policy = { ...rest, ...typeof yearly === "number" && { yearly }, ...rules.length > 0 && { custom: rules } };
  return Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== void 0));
}

// src/services/execution/save-holdings.ts
var BATCH_ROWS2 = 500;
var UUID2 = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
function pointIdOf(snapshot) {
  const hex = snapshot.slice(0, 32);
  const variant = (Number.parseInt(hex.slice(16, 17), 16) & 3 | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
async function saveHoldings(tx, place, holdings) {
  const rows = await tx.selectFrom("recovery_points").select("snapshot").where("repository_id", "=", place.repositoryRowId).execute();
  const known = new Set(rows.map(({ snapshot }) => snapshot));
  const missing2 = holdings.points.filter(({ snapshot }) => !known.has(snapshot));
  for (let at = 0; at < missing2.length; at += BATCH_ROWS2) await putPoints(tx, place, missing2.slice(at, at + BATCH_ROWS2));
  for (let at = 0; at < holdings.gone.length; at += BATCH_ROWS2) {
    await tx.updateTable("recovery_points").set({ removed_at: new Date(nowMs()) }).where("repository_id", "=", place.repositoryRowId).where("removed_at", "is", null).where("snapshot", "in", holdings.gone.slice(at, at + BATCH_ROWS2)).execute();
  }
  await putProtections(tx, place, holdings.protections);
}
async function savePoint(tx, place, point) {
  await putPoints(tx, place, [point]);
}
async function putPoints(tx, { tenantId, repositoryRowId }, points) {
  const rows = points.map((point) => ({
    id: pointIdOf(point.snapshot),
    tenant_id: tenantId,
    repository_id: repositoryRowId,
    snapshot: point.snapshot,
    run_id: uuidOrNull(point.runId),
    config_id: uuidOrNull(point.configId),
    source: point.source,
    created_at: point.createdAt,
    type: point.type,
    is_complete: point.isComplete,
    bytes: point.bytes,
    bytes_added: point.bytesAdded,
    files: point.files
  }));
  await tx.insertInto("recovery_points").values(rows).onConflict((conflict) => conflict.doNothing()).execute();
}
function uuidOrNull(text) {
  return text !== null && UUID2.test(text) ? text : null;
}
async function putProtections(tx, { tenantId, repositoryRowId }, protections) {
  const inForce = new Set(protections.map(({ record, subject }) => `${record}/${subject}`));
  const known = await tx.selectFrom("protections").select(["record", "subject"]).where("repository_id", "=", repositoryRowId).where("lifted_at", "is", null).execute();
  for (const { record, subject } of known) {
    if (inForce.has(`${record}/${subject}`)) continue;
    await tx.updateTable("protections").set({ lifted_at: new Date(nowMs()) }).where("repository_id", "=", repositoryRowId).where("record", "=", record).where("subject", "=", subject).execute();
  }
  for (const { record, subject, generation, snapshot, source, reason, until, by, at } of protections) {
    const row = { generation, snapshot, source, reason, until, created_by: by, created_at: at, lifted_at: null };
    await tx.insertInto("protections").values({ tenant_id: tenantId, repository_id: repositoryRowId, record, subject, ...row }).onConflict((conflict) => conflict.columns(["repository_id", "record", "subject"]).doUpdateSet(row)).execute();
  }
}

// src/services/execution/sync-points.ts
async function knownSnapshots({ catalog, repository }) {
  const rows = await catalog.db.selectFrom("recovery_points").select("snapshot").where("repository_id", "=", repository.rowId).where("removed_at", "is", null).execute();
  return rows.map(({ snapshot }) => snapshot);
}
async function syncPoints(parts, repository, options = {}) {
  const known = await knownSnapshots(parts);
  const holdings = repository ? holdingsOf(repository, await readHistory(repository, options), known) : await runInEngine(parts.repository, { kind: "survey", known }, options);
  await recordHoldings(parts, holdings);
  return holdings;
}
async function recordHoldings({ catalog, tenantId, repository }, holdings) {
  await catalog.transaction((tx) => saveHoldings(tx, { tenantId, repositoryRowId: repository.rowId }, holdings));
}

// src/services/execution/apply-retention.ts
async function applyRetention(parts, configId, call = {}) {
  const outcome = await decide(parts, { rules: await rulesOf(parts, { configId }), apply: true }, call);
  await recordHoldings(parts, outcome.holdings);
  await recordDecisions(parts, outcome);
  for (const snapshot of outcome.forgotten) await auditExpiry(parts, outcome, snapshot);
  return simulationOf(outcome);
}
async function simulateRetention(parts, options = {}, call = {}) {
  const outcome = await decide(parts, { rules: await rulesOf(parts, options), apply: false }, call);
  const simulation = simulationOf(outcome);
  if (options.configId === void 0) return simulation;
  const own2 = new Set(outcome.holdings.points.filter((point) => point.configId === options.configId).map(({ snapshot }) => snapshot));
  return { points: simulation.points.filter(({ snapshot }) => own2.has(snapshot)) };
}
async function decide(parts, job, { signal, engine }) {
  var _stack = [];
  try {
    const known = await knownSnapshots(parts);
    const call = signal ? { signal } : {};
    const full = { kind: "retention", ...job, nowMs: nowMs(), by: "system", known, inUse: await beingRestored(parts) };
    if (engine) return await engine.run(full, call);
    const own2 = __using(_stack, new EngineProcess(parts.repository), true);
    return await own2.run(full, call);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function beingRestored({ catalog, repository }) {
  const rows = await catalog.db.selectFrom("recovery_requests").innerJoin("recovery_points", "recovery_points.id", "recovery_requests.point_id").select("recovery_points.snapshot").where("recovery_points.repository_id", "=", repository.rowId).where("recovery_requests.state", "in", [RecoveryState.PENDING, RecoveryState.RUNNING]).execute();
  return [...new Set(rows.map(({ snapshot }) => snapshot))];
}
async function rulesOf(parts, { configId, policy }) {
  let query = parts.catalog.db.selectFrom("configs").select(["id", "settings", "enabled"]).where("tenant_id", "=", parts.tenantId).where("removed_at", "is", null);
  if (configId !== void 0) query = query.where((on) => on(on.cast("id", "text"), "=", configId.toLowerCase()));
  const rows = await query.execute();
  if (configId !== void 0 && rows.length === 0) throw new BackupError("CONFIG_NOT_FOUND", "There is no such configuration.", { context: { config: configId } });
  return rows.flatMap(({ id, settings, enabled }) => {
    const { retention, timezone } = effectiveSettings(settings, parts.defaults);
    const chosen = policyOf(policy ?? retention);
    return chosen && (enabled || configId !== void 0) ? [{ configId: id, policy: chosen, timezone }] : [];
  });
}
function simulationOf({ decisions }) {
  return { points: decisions.map(({ snapshot, source, createdAt, isKept, reasons }) => ({ pointId: pointIdOf(snapshot), snapshot, source, createdAt, isKept, reasons })) };
}
async function recordDecisions(parts, { decisions }) {
  await parts.catalog.transaction(async (tx) => {
    const rows = await tx.selectFrom("recovery_points").select(["snapshot", "expires_at", "kept_because"]).where("repository_id", "=", parts.repository.rowId).where("removed_at", "is", null).execute();
    const known = new Map(rows.map(({ snapshot, expires_at, kept_because }) => [snapshot, `${expires_at?.toISOString() ?? null} ${JSON.stringify(kept_because)}`]));
    for (const decision of decisions) {
      const text = textOf2(decision);
      if (!known.has(decision.snapshot) || known.get(decision.snapshot) === text) continue;
      const said = { expires_at: decision.expiresAt, kept_because: JSON.stringify(decision.reasons) };
      await tx.updateTable("recovery_points").set(said).where("repository_id", "=", parts.repository.rowId).where("snapshot", "=", decision.snapshot).execute();
    }
  });
}
function textOf2({ expiresAt, reasons }) {
  return `${expiresAt} ${JSON.stringify(reasons)}`;
}
async function auditExpiry(parts, { decisions }, snapshot) {
  const { source, createdAt } = decisions.find((decision) => decision.snapshot === snapshot) ?? { source: "", createdAt: "" };
  await parts.audit.append({ actor: "system", action: "point.expire", resource: `point:${pointIdOf(snapshot)}`, result: AuditResult.SUCCESS, details: { snapshot, source, createdAt } });
}

// src/services/execution/check-paths.ts
import fs5 from "node:fs/promises";
import path3 from "node:path";
async function checkPaths(settings, location) {
  if (settings.kind !== "FILES") throw new BackupError("SOURCE_NOT_AVAILABLE", "There is no source for databases yet.", { context: { kind: settings.kind } });
  if (settings.paths.length === 0) throw overlap("paths", "it is empty");
  const repository = await realPath(location.path);
  for (const [i, each] of settings.paths.entries()) {
    const source = await readable(each);
    if (isInside(repository, source)) throw overlap(`paths[${i}]`, `it holds the repository ${location.path}`);
    if (isInside(source, repository)) throw overlap(`paths[${i}]`, `it lies inside the repository ${location.path}`);
  }
}
function overlap(at, why) {
  return new BackupError("CONFIG_INVALID", `${at}: ${why}.`, { context: { path: at, why, accepted: "folders apart from the repository" } });
}
async function readable(source) {
  try {
    const real = await fs5.realpath(source);
    const isDirectory = (await fs5.stat(real)).isDirectory();
    await fs5.access(real, isDirectory ? fs5.constants.R_OK | fs5.constants.X_OK : fs5.constants.R_OK);
    return real;
  } catch (error) {
    const cause = systemCode(error) ?? "unknown";
    throw new BackupError("SOURCE_UNREADABLE", `The path can't be read (${cause}).`, { context: { path: source, cause }, cause: error });
  }
}
async function realPath(place) {
  const whole = path3.resolve(place);
  for (let at = whole; ; at = path3.dirname(at)) {
    try {
      return path3.join(await fs5.realpath(at), path3.relative(at, whole));
    } catch (error) {
      if (at === path3.dirname(at)) throw error;
    }
  }
}
function isInside(inner, outer) {
  return inner === outer || inner.startsWith(outer.endsWith("/") ? outer : `${outer}/`);
}

// src/services/execution/run-ended.ts
async function runEnded(parts, run, { tx }) {
  await runFinished(parts, run, { tx });
  const { id, configId, state, snapshot, error, source, type, trigger, dueAt, startedAt, attempts, stats } = run;
  const result = state === RunState.FAILED ? AuditResult.FAILED : AuditResult.SUCCESS;
  await parts.audit.append({ actor: "system", action: "backup.finish", resource: `run:${id}`, result, details: { state, configId, source, type, trigger, dueAt, startedAt, attempts, stats, ...snapshot !== null && { snapshot }, ...error && { code: error.code } } }, tx);
}

// src/services/execution/carry-out-run.ts
var PROGRESS_MS = 1e3;
var PERCENT_MAX_RUNNING = 99;
var STALE = "STALE";
async function carryOutRun(parts, claim4, { signal }) {
  var _stack = [];
  try {
    await checkPaths(claim4.settings, parts.repository.location);
    const engine = __using(_stack, new EngineProcess(parts.repository), true);
    const run = await backUp(parts, claim4, { engine, signal });
    await letGo(parts, claim4, { engine, signal });
    return run;
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function backUp(parts, claim4, { engine, signal }) {
  const teller = new ProgressTeller(parts, claim4);
  try {
    const outcome = await engine.run(jobOf2(claim4), { signal, onProgress: (progress) => teller.note(progress) });
    return await finish(parts, claim4, outcome);
  } catch (error) {
    const snapshot = forgottenSnapshot(error);
    if (snapshot === void 0) throw error;
    return await finishRun(parts, claim4, { state: RunState.COMPLETED, snapshot }, { within: (tx, run) => runEnded(parts, run, { tx }) });
  } finally {
    await teller.end();
  }
}
function jobOf2({ runId, configId, source, type, settings }) {
  return { kind: "backup", options: { paths: settings.paths, source, type: snapshotTypeOf(type), runId, tags: [...settings.tags, configTag(configId)], ...engineSettings(settings) } };
}
function forgottenSnapshot(error) {
  const snapshot = isBackupError(error, "ALREADY_EXISTS") ? error.context["snapshot"] : void 0;
  return typeof snapshot === "string" ? snapshot : void 0;
}
async function finish(parts, claim4, { snapshot, point, skipped, skippedCount, filesNew, filesChanged, filesUnmodified, bytesStored }) {
  const stats = { filesNew, filesChanged, filesUnmodified, bytesProcessed: point.bytes, bytesAdded: point.bytesAdded, bytesStored };
  const state = skippedCount > 0 ? RunState.PARTIAL : RunState.COMPLETED;
  return await finishRun(parts, claim4, { state, snapshot, stats, skipped }, {
    within: async (tx, run) => {
      await savePoint(tx, { tenantId: parts.tenantId, repositoryRowId: parts.repository.rowId }, point);
      await runEnded(parts, run, { tx });
    }
  });
}
var ProgressTeller = class {
  #parts;
  #claim;
  #end = new AbortController();
  #telling;
  #noted;
  constructor(parts, claim4) {
    this.#parts = parts;
    this.#claim = claim4;
    this.#telling = this.#tell();
  }
  note({ filesDone, bytesDone, bytesAdded, bytesExpected }) {
    const percent2 = bytesExpected ? Math.min(PERCENT_MAX_RUNNING, Math.floor(bytesDone / bytesExpected * 100)) : null;
    this.#noted = { percent: percent2, filesDone, bytesDone, bytesAdded };
  }
  async end() {
    this.#end.abort();
    await this.#telling;
  }
  async #tell() {
    for (; ; ) {
      await sleep(PROGRESS_MS, { signal: this.#end.signal }).catch(() => {
      });
      if (this.#end.signal.aborted) return;
      const progress = this.#noted;
      this.#noted = void 0;
      if (progress) await heartbeatRun(this.#parts, this.#claim, { progress }).catch((error) => this.#parts.log.debug("progress could not be written", { runId: this.#claim.runId, error }));
    }
  }
};
async function letGo(parts, { runId, configId, configName }, { engine, signal }) {
  const about = { configId, configName, runId };
  try {
    await applyRetention(parts, configId, { engine, signal: untilStopped(signal) });
    await resolveAlarm(parts, { type: "RETENTION_FAILED", about });
  } catch (error) {
    if (isBackupError(error, "ABORTED") || isBackupError(error, "CONFIG_NOT_FOUND")) return;
    const code = isBackupError(error) ? error.code : "INTERNAL";
    parts.log.warn("retention failed after a run", { runId, configId, error });
    await raiseAlarm(parts, { type: "RETENTION_FAILED", severity: "MEDIUM", message: `${MESSAGES[parts.locale]} (${code}).`, about, occurrence: runId }).catch((late) => parts.log.error("an alarm could not be raised", { runId, error: late }));
  }
}
var MESSAGES = { en: "The run is done, but old points could not be let go", "pt-BR": "A execu\xE7\xE3o terminou, mas pontos antigos n\xE3o puderam ser liberados" };
function untilStopped(signal) {
  const own2 = new AbortController();
  const stop = () => {
    if (signal.reason !== STALE) own2.abort(signal.reason);
  };
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return own2.signal;
}

// src/services/execution/retention-conflicts.ts
var DAYS3 = { hourly: 1 / 24, daily: 1, weekly: 7, monthly: 31, yearly: 366 };
var CUSTOM_DAYS = { day: 1, week: 7, month: 31, quarter: 92, year: 366 };
function retentionConflicts(retention, systemRetention, locale) {
  const system2 = longest(policyOf(systemRetention));
  const own2 = policyOf(retention);
  if (system2 === void 0 || own2 === void 0) return [];
  const yearly = reaches(own2).filter(({ rule, days }) => days > system2.days && (days === Number.POSITIVE_INFINITY || rule.includes("year")));
  return yearly.map(({ rule }) => warningOf("RETENTION_CONFLICT", locale, { rule, other: system2.rule }));
}
function longest(policy) {
  return policy && reaches(policy).reduce((best, each) => best === void 0 || each.days > best.days ? each : best, void 0);
}
function reaches({ withinDays, custom, ...counts2 }) {
  const found = withinDays === void 0 ? [] : [{ days: withinDays, rule: `${withinDays} days` }];
  for (const [name, days] of Object.entries(DAYS3)) {
    const count = counts2[name];
    if (count !== void 0 && count > 0) found.push({ days: count * days, rule: `${name}: ${count}` });
  }
  for (const { pattern, keep } of custom ?? []) {
    const period = CUSTOM_DAYS[pattern.split("-").at(-1) ?? ""] ?? 0;
    found.push({ days: keep === "forever" ? Number.POSITIVE_INFINITY : keep * period, rule: `${pattern}: ${keep}` });
  }
  return found;
}

// src/services/execution/verify-points.ts
import { sql as sql21 } from "kysely";
async function verifyPoints({ catalog, repository }, { signal } = {}) {
  const points = await catalog.db.selectFrom("recovery_points").select("id").where("repository_id", "=", repository.rowId).where("removed_at", "is", null).execute();
  const result = await runInEngine(repository, { kind: "verify", readShare: 1 }, { signal });
  const hit = result.hits.map(({ snapshot }) => snapshot);
  const ids = points.map(({ id }) => id);
  const isHit = sql21`snapshot = any (${hit}::text[])`;
  await catalog.transaction(async (tx) => {
    await tx.updateTable("recovery_points").set({ state: PointState.BACKED_UP }).where("repository_id", "=", repository.rowId).where(isHit).execute();
    await tx.updateTable("recovery_points").set({ state: PointState.VERIFIED }).where("state", "=", PointState.BACKED_UP).where(sql21`id = any (${ids}::uuid[])`).where(({ not }) => not(isHit)).execute();
  });
  return result;
}

// src/services/execution/verify-when-due.ts
var SETTING = "points.verified-at";
var PERIOD_MS = 7 * 24 * 3600 * 1e3;
async function verifyWhenDue(parts, { signal } = {}) {
  if (!await claimTurn(parts)) return false;
  const { problems, packsRead } = await verifyPoints(parts, signal ? { signal } : {});
  parts.log.info("every stored byte was read", { packs: packsRead, problems: problems.length });
  const about = { resource: "repository" };
  if (problems.length === 0) await resolveAlarm(parts, { type: AlertType.VERIFY_FAILED, about });
  else await raiseAlarm(parts, { type: AlertType.VERIFY_FAILED, severity: AlertSeverity.CRITICAL, message: `${alarmText(AlertType.VERIFY_FAILED, parts.locale).title} (${problems.length}).`, about, occurrence: isoTime(nowMs()) });
  return true;
}
async function claimTurn({ catalog, tenantId }) {
  const atMs = nowMs();
  return await catalog.transaction(async (tx) => {
    const value = JSON.stringify({ atMs });
    const first = await tx.insertInto("settings").values({ tenant_id: tenantId, name: SETTING, value }).onConflict((conflict) => conflict.doNothing()).returning("name").executeTakeFirst();
    if (first) return false;
    const row = await tx.selectFrom("settings").select("value").where("tenant_id", "=", tenantId).where("name", "=", SETTING).forUpdate().executeTakeFirstOrThrow();
    if (atMs - row.value.atMs < PERIOD_MS) return false;
    await tx.updateTable("settings").set({ value }).where("tenant_id", "=", tenantId).where("name", "=", SETTING).execute();
    return true;
  });
}

// src/services/configs/create-config.ts
import { randomUUID as randomUUID4 } from "node:crypto";

// src/services/configs/config-row.ts
var UUID3 = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
async function readConfig(db, { tenantId }, { id, lock = false }) {
  const query = db.selectFrom("configs").selectAll().where("tenant_id", "=", tenantId).where("id", "=", UUID3.test(id) ? id : "00000000-0000-0000-0000-000000000000").where("removed_at", "is", null);
  const row = await (lock ? query.forNoKeyUpdate() : query).executeTakeFirst();
  if (row) return row;
  throw new BackupError("CONFIG_NOT_FOUND", `There is no configuration ${id}.`, { context: { config: id } });
}
function configView(row, facts) {
  const settings = row.settings;
  const nextMs = row.enabled ? facts.nextDueAt?.getTime() : void 0;
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    enabled: row.enabled,
    generation: row.generation,
    settings,
    createdAt: isoTime(row.created_at.getTime()),
    updatedAt: isoTime(row.updated_at.getTime()),
    nextRunAt: nextMs === void 0 ? null : isoTime(nextMs),
    nextRunLocal: nextMs === void 0 ? null : formatLocal(nextMs, settings.timezone),
    schedulerAlive: facts.schedulerAlive
  };
}
function nameTaken(error, name) {
  const isDuplicate = typeof error === "object" && error !== null && "code" in error && error.code === "23505";
  return isDuplicate ? new BackupError("CONFIG_EXISTS", `There is a configuration named ${name} already.`, { context: { name }, cause: error }) : error;
}

// src/services/configs/parse-config-input.ts
import path4 from "node:path";
var PLACE = { options: CONFIG_OPTIONS };
var DATABASE_PROTOCOLS = /^(postgres|postgresql|mysql|mariadb|mongodb|mongodb\+srv):\/\/./;
var DAYS4 = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
var TIME_DEFAULT = "02:00";
var FILTERS = ["includePatterns", "excludePatterns", "sizeLimit", "modifiedSince"];
function parseConfigInput(given2, defaults) {
  const input = parseOptions(configInputSchema, given2, PLACE);
  const source = sourceOf(input, defaults.cwd);
  const schedule2 = scheduleOf(input);
  const timezone = input.timezone ?? defaults.timezone;
  assertSchedule(schedule2, { timezone, createdAtMs: defaults.nowMs, afterMs: defaults.nowMs });
  const settings = {
    ...source.settings,
    type: typeOf(input, source.settings.kind),
    schedule: schedule2,
    timezone,
    filters: filtersOf(input),
    ...input.retention !== void 0 && { retention: input.retention },
    performance: input.performance ?? {},
    alertConfig: input.alertConfig ?? {},
    ...input.healthcheckUrl !== void 0 && { healthcheckUrl: input.healthcheckUrl },
    priority: input.priority ?? Priority.NORMAL,
    tags: input.tags ?? []
  };
  return { name: input.name, enabled: input.enabled ?? true, settings, ...source.secretUrl !== void 0 && { secretUrl: source.secretUrl }, warnings: warningsOf(input, settings, defaults) };
}
function configInputOf(config4) {
  const { databaseLabel: _, schedule: schedule2, paths, ...settings } = config4.settings;
  const { kind: scheduleKind, ...fields } = schedule2;
  return { name: config4.name, enabled: config4.enabled, ...structuredClone(settings), ...settings.kind === SourceKind.FILES && { paths: [...paths] }, ...scheduleKind === "MANUAL" ? {} : fields };
}
function sourceOf(input, cwd) {
  const isDatabase = input.databaseUrl !== void 0 || input.type === BackupType.DATABASE && input.paths === void 0;
  const kind = input.kind ?? (isDatabase && input.paths === void 0 ? SourceKind.DATABASE : SourceKind.FILES);
  if (kind === SourceKind.FILES) {
    if (input.databaseUrl !== void 0) throw invalidOption("databaseUrl", "it can not stand beside paths", PLACE);
    if (input.paths === void 0 || input.paths.length === 0) throw invalidOption("paths", "it is missing", PLACE);
    if (input.paths.some((each) => each.includes("\0"))) throw invalidOption("paths", "it has a character that no path has", PLACE);
    return { settings: { kind, paths: [...new Set(input.paths.map((each) => path4.resolve(cwd, each)))] } };
  }
  if (input.paths !== void 0) throw invalidOption("paths", "it can not stand beside databaseUrl", PLACE);
  if (input.databaseUrl === void 0) return { settings: { kind, paths: [] } };
  if (!DATABASE_PROTOCOLS.test(input.databaseUrl)) throw invalidOption("databaseUrl", "it is no URL of that kind", PLACE);
  return { settings: { kind, paths: [], databaseLabel: redactUrl(input.databaseUrl) }, secretUrl: input.databaseUrl };
}
function typeOf({ type }, kind) {
  if (type === BackupType.DATABASE && kind === SourceKind.FILES) throw invalidOption("type", "it can not stand beside paths", PLACE);
  if (type === BackupType.FILES && kind === SourceKind.DATABASE) throw invalidOption("type", "it can not stand beside databaseUrl", PLACE);
  return type ?? BackupType.INCREMENTAL;
}
function scheduleOf(input) {
  const { frequency, cron, every, time, dayOfWeek, dayOfMonth } = input;
  const kinds = ["frequency", "cron", "every"].filter((name) => input[name] !== void 0);
  if (kinds.length > 1) throw invalidOption(kinds[1], `it can not stand beside ${kinds[0]}`, PLACE);
  if (time !== void 0 && frequency === void 0) throw invalidOption("time", "it has no effect without frequency", PLACE);
  if (dayOfWeek !== void 0 && frequency !== BackupFrequency.WEEKLY) throw invalidOption("dayOfWeek", "it has no effect without frequency WEEKLY", PLACE);
  if (dayOfMonth !== void 0 && frequency !== BackupFrequency.MONTHLY) throw invalidOption("dayOfMonth", "it has no effect without frequency MONTHLY", PLACE);
  if (cron !== void 0) return { kind: "CRON", cron: cron.trim() };
  if (every !== void 0) return { kind: "EVERY", every };
  if (frequency === void 0) return { kind: "MANUAL" };
  return {
    kind: "FREQUENCY",
    frequency,
    time: (time ?? (frequency === BackupFrequency.HOURLY ? "00:00" : TIME_DEFAULT)).padStart(5, "0"),
    ...frequency === BackupFrequency.WEEKLY && { dayOfWeek: typeof dayOfWeek === "string" ? DAYS4.indexOf(dayOfWeek) : dayOfWeek ?? 0 },
    ...frequency === BackupFrequency.MONTHLY && { dayOfMonth: dayOfMonth ?? 1 }
  };
}
function filtersOf(input) {
  const filters = { ...input.filters };
  for (const name of FILTERS) {
    if (input[name] === void 0) continue;
    if (filters[name] !== void 0 && JSON.stringify(filters[name]) !== JSON.stringify(input[name])) throw invalidOption(name, `it says something else than filters.${name}`, PLACE);
    filters[name] = input[name];
  }
  for (const name of ["includePatterns", "excludePatterns"]) for (const pattern of filters[name] ?? []) assertPattern(pattern, name);
  return filters;
}
function assertPattern(pattern, name) {
  try {
    compilePattern(pattern);
  } catch (error) {
    if (!isBackupError(error)) throw error;
    throw invalidOption(name, `the pattern ${pattern} can not be used`, PLACE);
  }
}
function warningsOf(input, settings, { locale, system: system2, timezone }) {
  const isZoned = settings.schedule.kind === "FREQUENCY" || settings.schedule.kind === "CRON";
  return [
    ...input.timezone === void 0 && isZoned && isUtc(timezone) ? [warningOf("TIMEZONE_ASSUMED", locale, { timezone })] : [],
    ...settings.retention === void 0 && system2.retention === void 0 ? [warningOf("NO_RETENTION", locale)] : [],
    ...input.performance?.maxConcurrentBackups === void 0 ? [] : [warningOf("NOT_YET_ACTIVE", locale, { option: "performance.maxConcurrentBackups" })]
  ];
}
function isUtc(timezone) {
  return /^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT)$/i.test(timezone);
}

// src/services/configs/save-config.ts
import path5 from "node:path";

// src/services/records/alarm-pending.ts
var ALARM_AFTER_MS = 36e5;
var TYPE = "RECORD_NOT_STORED";
var MESSAGES2 = { en: "{count} configuration(s) are not recorded in the repository yet.", "pt-BR": "{count} configura\xE7\xE3o(\xF5es) ainda n\xE3o est\xE3o registradas no reposit\xF3rio." };
function alarmPending(parts) {
  const about = { resource: "records" };
  return async ({ configIds, since }) => {
    if (since === null) await resolveAlarm(parts, { type: TYPE, about });
    else if (since.getTime() <= nowMs() - ALARM_AFTER_MS) {
      const message = MESSAGES2[parts.locale].replace("{count}", String(configIds.length));
      await raiseAlarm(parts, { type: TYPE, severity: "HIGH", message, about, details: { configIds }, occurrence: since.toISOString() });
    }
  };
}

// src/services/records/config-record.ts
function configValue(config4) {
  const { tenantId, source, ...rest } = config4;
  return { tenant: tenantId, ...rest, source: source?.toString("hex") ?? null };
}
function parseConfigRecord({ document }) {
  const value = document.value ?? {};
  const text = (member) => {
    const found = value[member];
    if (typeof found === "string") return found;
    throw new BackupError("DAMAGED", `A configuration record has no valid "${member}".`, { context: { object: `configuration/${document.subject}`, member } });
  };
  const source = value["source"] === null ? null : Buffer.from(text("source"), "hex");
  return {
    tenantId: text("tenant"),
    name: text("name"),
    kind: text("kind"),
    enabled: value["enabled"] === true,
    settings: value["settings"] ?? {},
    source,
    createdBy: text("createdBy"),
    createdAt: text("createdAt"),
    updatedAt: text("updatedAt")
  };
}

// src/services/records/record-config.ts
var DEADLINE_MS = 3e4;
async function recordConfig(parts, configId, options = {}) {
  const config4 = await readConfig2(parts, configId);
  if (config4.recorded_generation >= config4.generation) return true;
  return await attempt2(parts, options.signal, async (repository, signal) => writeConfig(parts, repository, { config: config4, signal }));
}
async function retryRecords(parts, options = {}) {
  const due = await unrecorded(parts);
  let recorded = 0;
  if (due.length > 0) {
    await attempt2(parts, options.signal, async (repository, signal) => {
      for (const { id } of due) {
        await writeConfig(parts, repository, { config: await readConfig2(parts, id), signal });
        recorded += 1;
      }
    });
  }
  const left = recorded === due.length ? [] : await unrecorded(parts);
  await options.onPending?.({ configIds: left.map(({ id }) => id), since: left[0]?.updated_at ?? null });
  return { recorded, pending: left.map(({ id }) => id) };
}
async function unrecorded({ catalog, tenantId }) {
  return await catalog.db.selectFrom("configs").select(["id", "updated_at"]).where("tenant_id", "=", tenantId).whereRef("recorded_generation", "<", "generation").orderBy("updated_at").execute();
}
async function attempt2(parts, given2, run) {
  const signal = AbortSignal.any([...given2 ? [given2] : [], AbortSignal.timeout(DEADLINE_MS)]);
  try {
    var _stack = [];
    try {
      const repository = __using(_stack, await parts.repository.open(signal), true);
      await recordControlKey(parts, repository, signal);
      await run(repository, signal);
      return true;
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      var _promise = __callDispose(_stack, _error, _hasError);
      _promise && await _promise;
    }
  } catch (error) {
    if (!isBackupError(error) && !signal.aborted) throw error;
    parts.log.warn("a record could not be written into the repository and will be tried again", { code: isBackupError(error) ? error.code : "ABORTED" });
    return false;
  }
}
async function readConfig2({ catalog, tenantId }, configId) {
  const row = await catalog.db.selectFrom("configs").selectAll().where("tenant_id", "=", tenantId).where("id", "=", configId).executeTakeFirst();
  if (row) return row;
  throw new BackupError("CONFIG_NOT_FOUND", "There is no such configuration.", { context: { config: configId } });
}
async function writeConfig({ catalog, tenantId }, repository, { config: config4, signal }) {
  const { id, generation, name, kind, enabled, settings } = config4;
  const isRemoved = config4.removed_at !== null;
  const state = {
    tenantId,
    name,
    kind,
    enabled,
    settings,
    source: config4.source_sealed,
    createdBy: config4.created_by,
    createdAt: isoTime(config4.created_at.getTime()),
    updatedAt: isoTime(config4.updated_at.getTime())
  };
  const at = isoTime((config4.removed_at ?? config4.updated_at).getTime());
  await putRecord(repository, { record: RecordKind.CONFIGURATION, subject: id, generation, at, by: config4.created_by, value: isRemoved ? null : configValue(state) }, signal);
  await catalog.db.updateTable("configs").set({ recorded_generation: generation }).where("id", "=", id).where("recorded_generation", "<", generation).execute();
}

// src/services/configs/list-configs.ts
async function listConfigs(parts) {
  const [rows, next, alive] = await Promise.all([
    parts.catalog.db.selectFrom("configs").selectAll().where("tenant_id", "=", parts.tenantId).where("removed_at", "is", null).orderBy("name").execute(),
    nextDueOf(parts),
    schedulerAlive(parts)
  ]);
  return rows.map((row) => configView(row, { nextDueAt: next.get(row.id) ?? null, schedulerAlive: alive }));
}
async function getConfig(parts, id) {
  const row = await readConfig(parts.catalog.db, parts, { id });
  const [next, alive] = await Promise.all([nextDueOf(parts, [row.id]), schedulerAlive(parts)]);
  return configView(row, { nextDueAt: next.get(row.id) ?? null, schedulerAlive: alive });
}

// src/services/configs/save-config.ts
var KINDS_HERE = [SourceKind.FILES];
function parseDefaults(parts) {
  return { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, cwd: process.cwd(), locale: parts.locale, nowMs: nowMs(), system: parts.defaults };
}
function assertKind(kind, { kinds = KINDS_HERE }) {
  if (!kinds.includes(kind)) throw new BackupError("SOURCE_NOT_AVAILABLE", `There is no source of the kind ${kind} yet.`, { context: { kind } });
}
async function checkSource(parts, settings) {
  if (settings.kind === SourceKind.FILES) await checkPaths(settings, parts.repository.location);
}
function warningsAbout(parts, settings) {
  const { locale, home, keyFiles = [] } = parts;
  const holds = (place) => settings.paths.find((each) => isInside(path5.resolve(place), each));
  const homeIn = holds(home);
  return [
    ...retentionConflicts(settings.retention, parts.defaults.retention, locale),
    ...homeIn === void 0 ? [] : [warningOf("HOME_IN_SOURCE", locale, { home, path: homeIn })],
    ...keyFiles.flatMap((file) => holds(file) === void 0 ? [] : [warningOf("KEY_IN_SOURCE", locale, { file })]),
    ...settings.databaseLabel !== void 0 && isSameDatabase(settings.databaseLabel, parts.catalog.location) ? [warningOf("CONTROL_PLANE_INSIDE", locale, { database: settings.databaseLabel })] : []
  ];
}
function isSameDatabase(one, other) {
  const placeOf = (url) => {
    const [, scheme = "", host = "", port = "", database = ""] = /^(\w+):\/\/(?:[^@/]*@)?([^/:?]*)(?::(\d+))?\/?([^?]*)/.exec(url) ?? [];
    return /^postgres(ql)?$/.test(scheme) ? `${host.toLowerCase().replace(/^(127\.0\.0\.1|::1|\[::1\]|)$/, "localhost")}:${port || 5432}/${database}` : void 0;
  };
  return placeOf(one) !== void 0 && placeOf(one) === placeOf(other);
}
async function saved(parts, id, more) {
  const isRecorded = await recordConfig(parts, id, more.signal ? { signal: more.signal } : {});
  return { config: await getConfig(parts, id), warnings: [...more.warnings, ...isRecorded ? [] : [warningOf("RECORD_PENDING", parts.locale)]] };
}
function sealedSource(parts, id, { secretUrl }) {
  return secretUrl === void 0 ? null : parts.secrets.seal(secretUrl, sourcePurpose(id));
}

// src/services/configs/create-config.ts
async function createConfig(parts, input, by, options = {}) {
  const parsed = parseConfigInput(input, parseDefaults(parts));
  const { name, enabled, settings } = parsed;
  assertKind(settings.kind, options);
  await checkSource(parts, settings);
  const id = randomUUID4();
  const createdAt = new Date(nowMs());
  try {
    await parts.catalog.transaction(async (tx) => {
      await tx.insertInto("configs").values({
        id,
        tenant_id: parts.tenantId,
        name,
        kind: settings.kind,
        settings: JSON.stringify(settings),
        source_sealed: sealedSource(parts, id, parsed),
        enabled,
        created_by: by,
        created_at: createdAt,
        updated_at: createdAt
      }).execute();
      await ensureDueTimes(tx, parts, { id, enabled, settings, createdAt });
    }, options);
  } catch (error) {
    throw nameTaken(error, name);
  }
  return await saved(parts, id, { warnings: [...parsed.warnings, ...warningsAbout(parts, settings)], signal: options.signal });
}

// src/services/configs/delete-config.ts
async function deleteConfig(parts, id, by, options = {}) {
  await parts.catalog.transaction(async (tx) => {
    const row = await readConfig(tx, parts, { id, lock: true });
    const now = new Date(nowMs());
    await tx.updateTable("configs").set({ removed_at: now, updated_at: now, generation: row.generation + 1 }).where("id", "=", row.id).execute();
    await endRunsOf(tx, parts, row.id);
    await tx.updateTable("recovery_points").set({ expires_at: null }).where("tenant_id", "=", parts.tenantId).where("config_id", "=", row.id).where("removed_at", "is", null).execute();
  }, options);
  parts.log.info("configuration removed", { config: id, by });
  return { warnings: await recordConfig(parts, id, options) ? [] : [warningOf("RECORD_PENDING", parts.locale)] };
}

// src/services/configs/update-config.ts
var PLACE2 = { options: CONFIG_OPTIONS };
var SCHEDULES = ["frequency", "cron", "every"];
var TIMES = ["time", "dayOfWeek", "dayOfMonth"];
var FILTERS2 = ["includePatterns", "excludePatterns", "sizeLimit", "modifiedSince"];
var MERGED = ["filters", "performance", "alertConfig"];
async function updateConfig(parts, id, patch, by, options = {}) {
  const asked = parseOptions(configPatchSchema, patch, PLACE2);
  let warnings = [];
  let name = "";
  try {
    await parts.catalog.transaction(async (tx) => {
      const row = await readConfig(tx, parts, { id, lock: true });
      const former = { name: row.name, enabled: row.enabled, settings: row.settings };
      if (asked.kind && asked.kind !== former.settings.kind) throw invalidOption("kind", "it can not be changed", PLACE2);
      const parsed = parseConfigInput(patched(former, asked), parseDefaults(parts));
      const settings = withSource(parsed.settings, former.settings);
      name = parsed.name;
      assertKind(settings.kind, options);
      if (asked.paths) await checkSource(parts, settings);
      const source = asked.databaseUrl ? { source_sealed: sealedSource(parts, row.id, parsed) } : {};
      await tx.updateTable("configs").set({ name, enabled: parsed.enabled, settings: JSON.stringify(settings), ...source, generation: row.generation + 1, updated_at: new Date(nowMs()) }).where("id", "=", row.id).execute();
      await ensureDueTimes(tx, parts, { id: row.id, enabled: parsed.enabled, settings, createdAt: row.created_at });
      warnings = [...parsed.warnings, ...warningsAbout(parts, settings)].filter(({ code }) => isNews(code, asked));
    }, options);
  } catch (error) {
    throw nameTaken(error, name);
  }
  parts.log.debug("configuration changed", { config: id, by, changed: Object.keys(asked) });
  return await saved(parts, id, { warnings, signal: options.signal });
}
function withSource(settings, former) {
  return former.databaseLabel !== void 0 && settings.databaseLabel === void 0 ? { ...settings, databaseLabel: former.databaseLabel } : settings;
}
function isNews(code, asked) {
  const about = {
    NO_RETENTION: ["retention"],
    RETENTION_CONFLICT: ["retention"],
    NOT_YET_ACTIVE: ["performance"],
    TIMEZONE_ASSUMED: ["timezone"],
    HOME_IN_SOURCE: ["paths"],
    KEY_IN_SOURCE: ["paths"],
    CONTROL_PLANE_INSIDE: ["databaseUrl"]
  };
  return about[code]?.some((name) => asked[name] !== void 0) ?? true;
}
function patched(former, asked) {
  const base = { ...configInputOf(former) };
  const patch = nestedFilters(asked);
  const isOtherKind = SCHEDULES.some((name) => patch[name] !== void 0);
  if (isOtherKind) for (const name of SCHEDULES) delete base[name];
  if (isOtherKind && (patch["frequency"] ?? null) === null) for (const name of TIMES) delete base[name];
  if (patch["frequency"] && patch["frequency"] !== "WEEKLY") delete base["dayOfWeek"];
  if (patch["frequency"] && patch["frequency"] !== "MONTHLY") delete base["dayOfMonth"];
  for (const [name, value] of Object.entries(patch)) {
    if (value === void 0) continue;
    base[name] = isMerged(name) && value !== null ? { ...base[name], ...value } : value;
  }
  return withoutNull(base);
}
function isMerged(name) {
  return MERGED.some((each) => each === name);
}
function nestedFilters(asked) {
  const { filters, ...rest } = asked;
  const flat = Object.fromEntries(FILTERS2.filter((name) => rest[name] !== void 0).map((name) => [name, rest[name]]));
  for (const name of FILTERS2) delete rest[name];
  return Object.keys(flat).length === 0 ? { ...rest, filters } : { ...rest, filters: { ...filters, ...flat } };
}
function withoutNull(value) {
  const entries = Object.entries(value).filter(([, member]) => member !== null && member !== void 0);
  return Object.fromEntries(entries.map(([name, member]) => [name, isMerged(name) ? withoutNull(member) : member]));
}

// src/services/recovery/request-row.ts
var ISSUES_MAX = 100;
function storedStats(result) {
  return { ...result, issues: result.issues.slice(0, ISSUES_MAX), durationMs: Math.round(result.durationMs) };
}
async function findRequest({ catalog, tenantId }, requestId) {
  const row = await catalog.db.selectFrom("recovery_requests").selectAll().where("tenant_id", "=", tenantId).where((on) => on(on.cast("id", "text"), "=", requestId)).executeTakeFirst();
  if (row) return row;
  throw new BackupError("REQUEST_NOT_FOUND", "There is no such recovery request.", { context: { request: requestId } });
}
function requestView(row) {
  const stats = row.stats;
  return {
    id: row.id,
    pointId: row.point_id,
    type: row.type,
    targetPath: row.options.targetPath,
    priority: priorityOf(row.priority),
    state: row.state,
    progress: row.progress,
    filesRestored: stats?.filesRestored ?? 0,
    bytesRestored: stats?.bytesRestored ?? 0,
    filesVerified: stats?.filesVerified ?? 0,
    issues: stats?.issues ?? [],
    createdAt: isoTime(row.created_at.getTime()),
    startedAt: row.started_at && isoTime(row.started_at.getTime()),
    finishedAt: row.finished_at && isoTime(row.finished_at.getTime()),
    error: row.error
  };
}
function priorityOf(rank) {
  return Object.values(Priority).find((name) => PRIORITY_RANK[name] === rank) ?? Priority.NORMAL;
}

// src/services/recovery/carry-out-recovery.ts
var WATCH_MS = 300;
var LEASE_MS2 = 3e4;
var ATTEMPTS_MAX = 5;
var RETRY_MS2 = 5e3;
var PERCENT_MAX_RUNNING2 = 99;
var Halt2 = { CANCEL: "CANCEL", SHUTDOWN: "SHUTDOWN", STALE: "STALE" };
async function carryOutRecovery(parts, requestId, { signal }) {
  const request = await claim3(parts, requestId);
  if (!request) return;
  const halt = new AbortController();
  const end = new AbortController();
  const stop = () => halt.abort(Halt2.SHUTDOWN);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const watch = new Watch(parts, request, { halt, end: end.signal });
  const watching = watch.run();
  try {
    const result = await restore(parts, request, { signal: halt.signal, watch });
    await finish2(parts, request, { state: result.issueCount > 0 ? RecoveryState.PARTIAL : RecoveryState.COMPLETED, result });
  } catch (error) {
    await endEarly(parts, request, { error, halt: halt.signal.aborted ? halt.signal.reason : void 0 });
  } finally {
    signal.removeEventListener("abort", stop);
    end.abort();
    await watching;
  }
}
async function claim3(parts, requestId) {
  const row = await findRequest(parts, requestId);
  if (row.state !== RecoveryState.PENDING && row.state !== RecoveryState.RUNNING) return void 0;
  if (row.state === RecoveryState.RUNNING && !await isAbandoned(parts, row)) throw new BackupError("STALE_WORKER", `Request ${row.id} is carried out by another worker.`, { context: { request: row.id } });
  const now = new Date(nowMs());
  return await parts.catalog.db.updateTable("recovery_requests").set((of) => ({ state: RecoveryState.RUNNING, fence: of("fence", "+", 1), worker_id: parts.worker.id, heartbeat_at: now, started_at: row.started_at ?? now, error: null })).where("id", "=", row.id).where("fence", "=", row.fence).where("state", "=", row.state).returningAll().executeTakeFirst();
}
async function isAbandoned({ catalog, worker }, { worker_id, heartbeat_at }) {
  if (worker_id === null || worker_id === worker.id || (heartbeat_at?.getTime() ?? 0) < nowMs() - LEASE_MS2) return true;
  const holder = await catalog.db.selectFrom("workers").select(["host", "pid", "stopped_at"]).where("id", "=", worker_id).executeTakeFirst();
  return holder !== void 0 && (holder.stopped_at !== null || holder.host === hostName() && !isProcessAlive(holder.pid));
}
async function restore(parts, request, { signal, watch }) {
  const point = await parts.catalog.db.selectFrom("recovery_points").select("snapshot").where("id", "=", request.point_id).executeTakeFirstOrThrow();
  const { targetPath, overwrite, paths, verify, deleteExtra } = request.options;
  const isRepeat = request.fence > 1;
  const job = {
    kind: "restore",
    snapshot: point.snapshot,
    target: targetPath,
    include: paths,
    deleteExtra,
    verify,
    isRepeat,
    // What an earlier try wrote has the snapshot's size and time already: it need not be written again.
    overwrite: isRepeat && overwrite === Overwrite.ALWAYS ? Overwrite.IF_CHANGED : overwrite
  };
  return await runInEngine(parts.repository, job, { signal, onProgress: (progress) => watch.note(progress) });
}
var Watch = class {
  #parts;
  #request;
  #halt;
  #end;
  #percent = 0;
  constructor(parts, request, { halt, end }) {
    this.#parts = parts;
    this.#request = request;
    this.#halt = halt;
    this.#end = end;
  }
  /** Files and bytes count alike: many small files take as long as few large ones. */
  note({ filesDone, filesExpected, bytesDone, bytesExpected }) {
    const shares = [filesExpected ? filesDone / filesExpected : 1, bytesExpected ? bytesDone / bytesExpected : 1];
    const share = shares.reduce((sum, each) => sum + Math.min(1, each), 0) / shares.length;
    this.#percent = Math.max(this.#percent, Math.min(PERCENT_MAX_RUNNING2, Math.floor(share * 100)));
  }
  async run() {
    while (!this.#end.aborted) {
      await sleep(WATCH_MS, { signal: this.#end }).catch(() => {
      });
      if (!this.#end.aborted) await this.#look().catch((error) => this.#parts.log.warn("the progress of a recovery could not be written", { requestId: this.#request.id, error }));
    }
  }
  async #look() {
    const row = await held(this.#parts.catalog.db.updateTable("recovery_requests").set({ heartbeat_at: new Date(nowMs()), progress: this.#percent }), this.#request).returning("cancel_requested_at").executeTakeFirst();
    if (this.#halt.signal.aborted) return;
    if (!row) this.#halt.abort(Halt2.STALE);
    else if (row.cancel_requested_at !== null) this.#halt.abort(Halt2.CANCEL);
  }
};
function held(query, { id, fence }) {
  return query.where("id", "=", id).where("fence", "=", fence).where("state", "=", RecoveryState.RUNNING);
}
async function finish2(parts, request, { state, result, error }) {
  const failure2 = error === void 0 ? null : failureOf(error, parts.locale);
  await parts.catalog.transaction(async (tx) => {
    const columns = { state, finished_at: new Date(nowMs()), error: failure2 && JSON.stringify(failure2), ...result && { progress: 100, stats: JSON.stringify(storedStats(result)) } };
    const row = await held(tx.updateTable("recovery_requests").set(columns), request).returning("id").executeTakeFirst();
    if (!row) return parts.log.warn("another worker has the recovery", { requestId: request.id });
    if (result && isProof(request, result)) await tx.updateTable("recovery_points").set({ state: PointState.RESTORED }).where("id", "=", request.point_id).execute();
    const outcome = state === RecoveryState.FAILED ? AuditResult.FAILED : AuditResult.SUCCESS;
    await parts.audit.append({ actor: "system", action: "recovery.finish", resource: `recovery:${request.id}`, result: outcome, details: { state, pointId: request.point_id, ...failure2 && { code: failure2.code } } }, tx);
  });
}
function isProof({ type, options }, { issueCount, filesUnchanged, filesKept }) {
  return type === RecoveryType.FULL_RESTORE && options.verify && issueCount === 0 && filesUnchanged + filesKept === 0;
}
async function endEarly(parts, request, { error, halt }) {
  if (halt === Halt2.STALE) return parts.log.warn("another worker has the recovery", { requestId: request.id });
  if (halt === Halt2.CANCEL) return await finish2(parts, request, { state: RecoveryState.CANCELLED });
  const isStopped = halt === Halt2.SHUTDOWN || isBackupError(error, "ABORTED");
  const code = isBackupError(error) ? error.code : "INTERNAL";
  const isRetried = ERROR_CATALOG[code].retry !== "never" && request.fence < ATTEMPTS_MAX;
  if (isStopped || isRetried) return await putBack2(parts, request, isStopped ? 0 : RETRY_MS2);
  if (!isBackupError(error)) parts.log.error("a recovery failed by a bug", { requestId: request.id, error });
  await finish2(parts, request, { state: RecoveryState.FAILED, error });
}
async function putBack2(parts, request, delayMs) {
  await parts.catalog.transaction(async (tx) => {
    const row = await held(tx.updateTable("recovery_requests").set({ state: RecoveryState.PENDING, worker_id: null }), request).returning("id").executeTakeFirst();
    if (row) await parts.queue.enqueue({ kind: JobKind.RECOVERY, subject: request.id, priority: request.priority, startAfter: new Date(nowMs() + delayMs) }, tx);
  });
}
async function resumeRecoveries(parts) {
  const rows = await parts.catalog.db.selectFrom("recovery_requests").selectAll().where("tenant_id", "=", parts.tenantId).where("state", "in", [RecoveryState.PENDING, RecoveryState.RUNNING]).execute();
  let resumed = 0;
  for (const row of rows) {
    if (row.state === RecoveryState.RUNNING && (row.worker_id === parts.worker.id || !await isAbandoned(parts, row))) continue;
    await parts.catalog.transaction((tx) => parts.queue.enqueue({ kind: JobKind.RECOVERY, subject: row.id, priority: row.priority }, tx));
    resumed += 1;
  }
  return resumed;
}

// src/services/recovery/create-request.ts
import { randomUUID as randomUUID5 } from "node:crypto";

// src/services/recovery/check-target.ts
import fs6 from "node:fs/promises";
import path6 from "node:path";
async function checkTarget(targetPath, { location, deleteExtra }) {
  const target = path6.resolve(targetPath);
  const { folder, rest } = await nearest(target);
  const real = path6.join(folder, rest);
  const repository = await nearest(path6.resolve(location.path)).then((found) => path6.join(found.folder, found.rest));
  if (isInside(real, repository)) throw refused3(target, "It lies in the repository");
  if (deleteExtra && isInside(repository, real)) throw refused3(target, "It holds the repository, and what is not in the point would be deleted");
  await requireWritable(target, folder);
  return target;
}
function refused3(target, why, cause) {
  return new BackupError("TARGET_REFUSED", `The target is refused. ${why}.`, { context: { path: target, why }, cause });
}
async function nearest(whole) {
  for (let at = whole; ; at = path6.dirname(at)) {
    try {
      return { folder: await fs6.realpath(at), rest: path6.relative(at, whole) };
    } catch (error) {
      if (at === path6.dirname(at) || systemCode(error) === "EACCES") throw refused3(whole, `It can not be written to (${systemCode(error) ?? "unknown"})`, error);
    }
  }
}
async function requireWritable(target, folder) {
  if (!(await fs6.stat(folder)).isDirectory()) throw refused3(target, "It is no folder");
  try {
    await fs6.rmdir(await fs6.mkdtemp(path6.join(folder, ".neonpro-try-")));
  } catch (error) {
    throw refused3(target, `It can not be written to (${systemCode(error) ?? "unknown"})`, error);
  }
}

// src/services/recovery/points.ts
async function getRecoveryPoints(parts, configId) {
  let query = parts.catalog.db.selectFrom("recovery_points").selectAll().where("repository_id", "=", parts.repository.rowId).where("removed_at", "is", null);
  if (configId !== void 0) query = query.where((on) => on(on.cast("config_id", "text"), "=", configId));
  const rows = await query.orderBy("created_at", "desc").orderBy("id").execute();
  const guards = await guardsOf(parts);
  return rows.map((row) => pointView(row, guards));
}
async function findPoint({ catalog, repository }, id) {
  const wanted = id.toLowerCase();
  const row = await catalog.db.selectFrom("recovery_points").selectAll().where("repository_id", "=", repository.rowId).where("removed_at", "is", null).where((on) => on.or([on(on.cast("id", "text"), "=", wanted), on(on.cast("run_id", "text"), "=", wanted), on("snapshot", "=", wanted)])).orderBy("created_at", "desc").executeTakeFirst();
  if (row) return row;
  throw new BackupError("POINT_NOT_FOUND", await whyNoPoint(catalog, wanted), { context: { point: id } });
}
async function whyNoPoint(catalog, id) {
  const run = await catalog.db.selectFrom("runs").select("state").where((on) => on(on.cast("id", "text"), "=", id)).executeTakeFirst();
  if (run?.state === RunState.PENDING || run?.state === RunState.RUNNING) return "The run has not finished yet: it has no point.";
  return run ? `The run is ${run.state} and has no point, or it was let go.` : "There is no such point or run.";
}
async function viewOfPoint(parts, id) {
  return pointView(await findPoint(parts, id), await guardsOf(parts));
}
async function guardsOf({ catalog, repository }) {
  return await catalog.db.selectFrom("protections").select(["record", "subject", "snapshot", "source"]).where("repository_id", "=", repository.rowId).where("lifted_at", "is", null).where((on) => on.or([on("until", "is", null), on("until", ">", new Date(nowMs()))])).orderBy("subject").execute();
}
function pointView(row, guards) {
  const holds = guards.filter((guard) => guard.record === "hold" && isHeld(guard, row));
  return {
    id: row.id,
    runId: row.run_id,
    configId: row.config_id,
    source: row.source,
    snapshot: row.snapshot,
    createdAt: isoTime(row.created_at.getTime()),
    type: row.type,
    state: row.state,
    isComplete: row.is_complete,
    bytes: row.bytes,
    bytesAdded: row.bytes_added,
    files: row.files,
    expiresAt: row.expires_at && isoTime(row.expires_at.getTime()),
    keptBecause: row.kept_because,
    pinned: guards.some(({ record, snapshot }) => record === "pin" && snapshot === row.snapshot),
    holds: holds.map(({ subject }) => subject)
  };
}
function isHeld({ snapshot, source }, row) {
  return snapshot === null && source === null || snapshot === row.snapshot || source !== null && source === row.source;
}

// src/services/recovery/create-request.ts
async function createRecoveryRequest(parts, asked, by) {
  const { pointOrRunId, type, options } = asked;
  checkType(type, options);
  const point = await findPoint(parts, pointOrRunId);
  const deleteExtra = options.deleteExtra === true;
  const targetPath = await checkTarget(options.targetPath, { location: parts.repository.location, deleteExtra });
  const stored = { targetPath, overwrite: overwriteOf(options.overwrite), paths: options.paths ?? [], verify: options.verify ?? true, deleteExtra };
  const priority = PRIORITY_RANK[options.priority ?? Priority.NORMAL];
  const id = randomUUID5();
  return await parts.catalog.transaction(async (tx) => {
    const row = await tx.insertInto("recovery_requests").values({ id, tenant_id: parts.tenantId, point_id: point.id, type, options: JSON.stringify(stored), priority, requested_by: by }).returningAll().executeTakeFirstOrThrow();
    await parts.queue.enqueue({ kind: JobKind.RECOVERY, subject: id, priority }, tx);
    return requestView(row);
  });
}
function checkType(type, { paths, at, deleteExtra }) {
  if (type === RecoveryType.POINT_IN_TIME) throw new BackupError("SOURCE_NOT_AVAILABLE", "Files have points, no moments between them.", { context: { kind: RecoveryType.POINT_IN_TIME } });
  const isPartial = type === RecoveryType.PARTIAL_RESTORE;
  if (isPartial && (paths ?? []).length === 0) throw invalid("paths", "it is missing", "a list of paths or globs");
  if (!isPartial && paths !== void 0) throw invalid("paths", `it has no effect without ${RecoveryType.PARTIAL_RESTORE}`, "FULL_RESTORE, or PARTIAL_RESTORE with paths");
  if (isPartial && deleteExtra === true) throw invalid("deleteExtra", `it has no effect without ${RecoveryType.FULL_RESTORE}`, "FULL_RESTORE, or PARTIAL_RESTORE with paths");
  if (at !== void 0) throw invalid("at", `it has no effect without ${RecoveryType.POINT_IN_TIME}`, "FULL_RESTORE, or PARTIAL_RESTORE with paths");
}
function invalid(path11, why, accepted) {
  return new BackupError("CONFIG_INVALID", `${path11}: ${why}.`, { context: { path: path11, why, accepted } });
}
function overwriteOf(overwrite) {
  if (typeof overwrite === "string") return overwrite;
  return overwrite === void 0 ? Overwrite.IF_CHANGED : overwrite ? Overwrite.ALWAYS : Overwrite.NEVER;
}

// src/services/recovery/protect-points.ts
import { randomBytes as randomBytes2 } from "node:crypto";
async function pinPoint(parts, pointId, { by, reason = "" }) {
  var _stack = [];
  try {
    const { snapshot } = await findPoint(parts, pointId);
    const repository = __using(_stack, await parts.repository.open(), true);
    const entry = await protect(repository, { record: RecordKind.PIN, subject: snapshot, by, value: { reason } }, snapshot).catch(asPoint);
    await mirror(parts, { entry, snapshot, source: null, reason, until: null });
    return await viewOfPoint(parts, snapshot);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function unpinPoint(parts, pointId, by) {
  var _stack = [];
  try {
    const { snapshot } = await findPoint(parts, pointId);
    const repository = __using(_stack, await parts.repository.open(), true);
    const { records } = await listRecords(repository, { record: RecordKind.PIN, subject: snapshot });
    if (records.length > 0) await writeRecord(repository, { record: RecordKind.PIN, subject: snapshot, by, value: null });
    await lift(parts, RecordKind.PIN, snapshot);
    return await viewOfPoint(parts, snapshot);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function addHold(parts, hold, by) {
  var _stack = [];
  try {
    const until = hold.until === void 0 ? null : dateToCome(hold.until);
    const snapshot = hold.pointId === void 0 ? null : (await findPoint(parts, hold.pointId)).snapshot;
    const value = { snapshot, source: hold.source ?? null, reason: hold.reason, until };
    const repository = __using(_stack, await parts.repository.open(), true);
    const entry = await protect(repository, { record: RecordKind.HOLD, subject: randomBytes2(8).toString("hex"), by, value }, snapshot).catch(asPoint);
    await mirror(parts, { entry, ...value });
    return { id: entry.document.subject, ...value };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function liftHold(parts, holdId, by) {
  var _stack = [];
  try {
    const repository = __using(_stack, await parts.repository.open(), true);
    const { records } = await listRecords(repository, { record: RecordKind.HOLD, subject: holdId });
    if (records.length === 0) throw new BackupError("NOT_FOUND", "There is no such hold.", { context: { object: `hold ${holdId}`, list: "hold list" } });
    await writeRecord(repository, { record: RecordKind.HOLD, subject: holdId, by, value: null });
    await lift(parts, RecordKind.HOLD, holdId);
    return { lifted: true };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function dateToCome(text) {
  const atMs = Date.parse(text);
  const why = Number.isNaN(atMs) ? `it is ${JSON.stringify(text)}` : atMs <= nowMs() ? "it has passed already" : void 0;
  if (why !== void 0) throw new BackupError("CONFIG_INVALID", `until: ${why}.`, { context: { path: "until", why, accepted: "a date to come, such as 2047-01-31" } });
  return isoTime(atMs);
}
function asPoint(error) {
  throw isBackupError(error, "SNAPSHOT_NOT_FOUND") ? new BackupError("POINT_NOT_FOUND", "The point was let go meanwhile.", { context: { point: error.context["snapshot"] }, cause: error }) : error;
}
async function mirror({ catalog, tenantId, repository }, { entry: { document }, ...columns }) {
  const row = { ...columns, generation: document.generation, created_by: document.by, created_at: document.at, lifted_at: null };
  await catalog.db.insertInto("protections").values({ tenant_id: tenantId, repository_id: repository.rowId, record: document.record, subject: document.subject, ...row }).onConflict((conflict) => conflict.columns(["repository_id", "record", "subject"]).doUpdateSet(row)).execute();
}
async function lift({ catalog, repository }, record, subject) {
  await catalog.db.updateTable("protections").set({ lifted_at: new Date(nowMs()) }).where("repository_id", "=", repository.rowId).where("record", "=", record).where("subject", "=", subject).where("lifted_at", "is", null).execute();
}

// src/services/recovery/requests.ts
async function getRecoveryStatus(parts, requestId) {
  return requestView(await findRequest(parts, requestId));
}
async function cancelRecovery(parts, requestId, _by) {
  const { id } = await findRequest(parts, requestId);
  await parts.catalog.transaction(async (tx) => {
    const now = new Date(nowMs());
    await tx.updateTable("recovery_requests").set({ state: RecoveryState.CANCELLED, cancel_requested_at: now, finished_at: now }).where("id", "=", id).where("state", "=", RecoveryState.PENDING).execute();
    await tx.updateTable("recovery_requests").set({ cancel_requested_at: now }).where("id", "=", id).where("state", "=", RecoveryState.RUNNING).where("cancel_requested_at", "is", null).execute();
  });
  return await getRecoveryStatus(parts, id);
}

// src/services/rebuild/ended-runs.ts
var ACTION = "backup.finish";
var RESOURCE = "run:";
function endedRuns(entries) {
  const ended = /* @__PURE__ */ new Map();
  for (const text of entries) {
    const run = text.includes(`"action":"${ACTION}"`) ? parseEnd(text) : void 0;
    if (run) ended.set(run.runId, run);
  }
  return ended;
}
function parseEnd(text) {
  const { action, at, resource, details } = JSON.parse(text);
  const { configId, state, source, type, trigger, dueAt, startedAt, attempts, stats, snapshot, code } = details;
  const areTexts = [configId, state, source, type, trigger].every((value) => typeof value === "string");
  if (action !== ACTION || !resource.startsWith(RESOURCE) || !areTexts) return void 0;
  return {
    runId: resource.slice(RESOURCE.length),
    endedAt: at,
    configId: String(configId),
    state: String(state),
    source: String(source),
    type: String(type),
    trigger: String(trigger),
    dueAt: textOrNull(dueAt),
    startedAt: textOrNull(startedAt),
    attempts: typeof attempts === "number" ? attempts : 1,
    stats: stats ?? null,
    snapshot: textOrNull(snapshot),
    code: textOrNull(code)
  };
}
function textOrNull(value) {
  return typeof value === "string" ? value : null;
}

// src/services/rebuild/restore-audit.ts
async function restoreAudit(context) {
  const { parts: { tenantId }, tx } = context;
  const segments = wholeChain(context);
  const known = await compareKnown(context, segments);
  let appended = 0;
  for (const segment of segments) {
    appended += await appendSegment(context, segment, known);
    const row = { tenant_id: tenantId, number: segment.number, from_sequence: segment.from, to_sequence: segment.to, hash: segment.hash, record: segment.record, closed_at: segment.at };
    await tx.insertInto("audit_segments").values(row).onConflict((conflict) => conflict.columns(["tenant_id", "number"]).doNothing()).execute();
  }
  return { entries: segments.flatMap((segment) => segment.entries), appended };
}
function wholeChain({ parts: { tenantId, log }, auditRecords, isForced }) {
  const { segments, damaged: damaged2 } = segmentsOf(auditRecords, tenantId);
  const chain = [];
  for (const segment of segments) {
    const end = chain.at(-1) ?? { number: 0, to: 0, hash: GENESIS };
    if (segment.number === end.number + 1 && segment.from === end.to + 1 && segment.previous.equals(end.hash)) chain.push(segment);
  }
  const last = chain.at(-1)?.number ?? 0;
  const isBroken = damaged2.length > 0 || segments.some(({ number }) => number > last);
  if (isBroken && !isForced) throw new BackupError("DAMAGED", "The audit segments in the repository do not follow each other.", { context: { object: `audit/${tenantId}/${last + 1}` } });
  if (isBroken) log.warn("the audit log ends where a segment is missing", { segment: last + 1 });
  return chain;
}
async function compareKnown({ parts: { tenantId }, tx }, segments) {
  const head = await readHead(tx, tenantId);
  if (!head || head.sequence === 0) return 0;
  let hash = GENESIS;
  const entries = segments.flatMap((segment) => segment.entries);
  for await (const row of readEntries(tx, { tenantId, after: 0, to: entries.length })) {
    hash = nextHash(hash, Buffer.from(entries[row.sequence - 1], "utf8"));
    if (!hash.equals(row.hash)) throw new BackupError("DATABASE_NOT_EMPTY", "The database has an audit log of its own.", { context: { what: "an audit log" } });
  }
  return head.sequence;
}
async function appendSegment({ parts: { tenantId }, tx }, segment, known) {
  let appended = 0;
  for (const [index, entry] of segment.entries.entries()) {
    if (segment.from + index <= known) continue;
    const { sequence, hash } = await appendEntry(tx, tenantId, Buffer.from(entry, "utf8"));
    appended += 1;
    const isLast = index === segment.entries.length - 1;
    if (sequence !== segment.from + index || isLast && !hash.equals(segment.hash)) throw new BackupError("DAMAGED", "The audit log did not become what it was.", { context: { object: `audit/${tenantId}/${segment.number}` } });
  }
  return appended;
}

// src/services/rebuild/rebuild-context.ts
function generationsBySubject(history, kind) {
  const bySubject = /* @__PURE__ */ new Map();
  for (const entry of history.allRecords) {
    if (entry.document.record === kind) bySubject.set(entry.document.subject, [...bySubject.get(entry.document.subject) ?? [], entry]);
  }
  for (const entries of bySubject.values()) entries.sort((a, b) => a.document.generation - b.document.generation || (a.name > b.name ? -1 : 1));
  return bySubject;
}

// src/services/rebuild/restore-configs.ts
async function restoreConfigs(context) {
  const { parts: { tenantId }, tx } = context;
  const recorded = [...generationsBySubject(context.history, RecordKind.CONFIGURATION)].flatMap(([id, entries]) => newestOf2(id, entries)).filter(({ config: config4 }) => config4.tenantId === tenantId);
  const rows = await tx.selectFrom("configs").select(["id", "name", "generation", "removed_at"]).where("tenant_id", "=", tenantId).execute();
  const others = rows.filter(({ id, removed_at }) => removed_at === null && !recorded.some((each) => each.id === id));
  checkOthers(others, recorded, context.isForced);
  const known = new Map(rows.map(({ id, generation }) => [id, generation]));
  const newer = recorded.filter(({ id, generation }) => generation > (known.get(id) ?? 0));
  for (const each of [...newer].sort((a, b) => Number(a.removedAt === null) - Number(b.removedAt === null))) await putConfig(context, each, liveNames(recorded));
  return { live: recorded.filter(({ removedAt }) => removedAt === null).length, removed: recorded.filter(({ removedAt }) => removedAt !== null).length, changed: newer.length };
}
function newestOf2(id, entries) {
  const newest = entries.at(-1);
  const whole = entries.findLast(({ document }) => document.value !== null);
  if (!whole) return [];
  return [{ id, generation: newest.document.generation, config: parseConfigRecord(whole), removedAt: newest.document.value === null ? newest.document.at : null }];
}
function checkOthers(others, recorded, isForced) {
  const taken = others.find(({ name }) => recorded.some(({ config: config4, removedAt }) => removedAt === null && config4.name === name));
  const first = others[0];
  if (first && !isForced) throw new BackupError("DATABASE_NOT_EMPTY", "The database has configurations that the repository does not know.", { context: { what: others.map(({ name }) => name).join(", ") } });
  if (taken) throw new BackupError("CONFIG_EXISTS", "Another configuration has the name of a recorded one.", { context: { name: taken.name } });
}
function liveNames(recorded) {
  const live = recorded.filter(({ removedAt }) => removedAt === null).sort((a, b) => a.config.updatedAt < b.config.updatedAt ? -1 : 1);
  return new Map(live.map(({ id, config: config4 }) => [config4.name, id]));
}
async function putConfig({ parts: { tenantId }, tx }, { id, generation, config: config4, removedAt }, names) {
  const isDouble = removedAt === null && names.get(config4.name) !== id;
  const renamed = isDouble ? { name: `${config4.name} (${id.slice(0, 8)})`, enabled: false, generation: generation + 1 } : { name: config4.name, enabled: config4.enabled, generation };
  const row = {
    ...renamed,
    kind: config4.kind,
    settings: JSON.stringify(config4.settings),
    source_sealed: config4.source,
    recorded_generation: generation,
    created_by: config4.createdBy,
    created_at: config4.createdAt,
    updated_at: config4.updatedAt,
    removed_at: removedAt
  };
  await tx.insertInto("configs").values({ id, tenant_id: tenantId, ...row }).onConflict((conflict) => conflict.column("id").doUpdateSet(row)).execute();
}

// src/services/rebuild/restore-control-key.ts
async function restoreControlKey(context) {
  const { parts: { tenantId, repository: { keks } }, tx, repository, history } = context;
  const repositoryKek = repository.keys.controlPlaneKek;
  const record = generationsBySubject(history, RecordKind.CONTROL_KEY).get(tenantId)?.at(-1)?.document;
  const stored = await findMaster(tx, tenantId);
  const own2 = stored && openMaster(stored, keks, [repositoryKek]).master;
  if (!record?.value) return { key: new ControlKey(own2 ?? await makeOwn(context), tenantId), master: void 0 };
  const { master } = unwrapMaster(parseWrapped(record.value), [...keks, repositoryKek]);
  const key = new ControlKey(master, tenantId);
  if (own2?.id === master.id) return { key, master };
  if (own2) await sealAnew(context, { from: new ControlKey(own2, tenantId), to: key });
  const kek = newestOf(keks);
  const wrapped = wrapMaster(master, { kek, repositoryKek }, isoTime(nowMs()));
  await putMaster(tx, { generation: Math.max(stored?.generation ?? 0, record.generation) + 1, wrapped }, { kek, tenantId });
  return { key, master };
}
async function makeOwn({ parts: { tenantId, repository: { keks } }, tx, repository }) {
  const kek = newestOf(keks);
  const now = isoTime(nowMs());
  const master = newMaster(now);
  await putMaster(tx, { generation: 1, wrapped: wrapMaster(master, { kek, repositoryKek: repository.keys.controlPlaneKek }, now) }, { kek, tenantId });
  return master;
}
async function sealAnew({ parts: { tenantId }, tx }, { from, to }) {
  const rows = await tx.selectFrom("configs").select(["id", "source_sealed"]).where("tenant_id", "=", tenantId).where("source_sealed", "is not", null).execute();
  for (const { id, source_sealed: sealed } of rows) {
    const purpose = sourcePurpose(id);
    await tx.updateTable("configs").set({ source_sealed: to.seal(from.open(sealed, purpose), purpose) }).where("id", "=", id).execute();
  }
}

// src/services/rebuild/restore-due-times.ts
async function restoreDueTimes(context) {
  const { parts, tx } = context;
  const newest = newestStarts(context);
  const rows = await tx.selectFrom("configs").select(["id", "enabled", "settings", "created_at", "updated_at"]).where("tenant_id", "=", parts.tenantId).where("removed_at", "is", null).where("enabled", "=", true).where(({ not, exists: exists2, selectFrom }) => not(exists2(selectFrom("due_times").select("due_at").whereRef("due_times.config_id", "=", "configs.id").where("due_times.state", "=", DueState.WAITING)))).execute();
  for (const { id, enabled, settings, created_at: createdAt, updated_at: updatedAt } of rows) {
    const config4 = { id, enabled, settings, createdAt };
    const dueAtMs = firstDue(context, config4, Math.max(updatedAt.getTime(), newest.get(id) ?? 0));
    if (dueAtMs !== Number.POSITIVE_INFINITY) await insertWaiting(tx, parts, { config: config4, dueAtMs });
  }
}
function firstDue({ parts: { log } }, config4, afterMs) {
  try {
    return dueAfter(config4, afterMs);
  } catch (error) {
    if (!isBackupError(error, "CONFIG_INVALID")) throw error;
    log.warn("a rebuilt configuration has a schedule that can not be read", { config: config4.id });
    return Number.POSITIVE_INFINITY;
  }
}
function newestStarts({ history }) {
  const newest = /* @__PURE__ */ new Map();
  for (const { document } of history.snapshots) {
    const id = configOf(document);
    if (id !== null) newest.set(id, Math.max(newest.get(id) ?? 0, Date.parse(document.startedAt)));
  }
  return newest;
}

// src/services/rebuild/restore-runs.ts
var UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
var RANDOM = "4";
var BATCH_ROWS3 = 500;
var DUE_MS_MAX = 48 * 36e5;
var DUE_TIMES_MAX = 200;
async function restoreRuns(context, ended) {
  const { parts: { tenantId, locale }, tx, history } = context;
  const made2 = history.snapshots.filter(({ document }) => UUID4.test(document.runId ?? "") && UUID4.test(configOf(document) ?? ""));
  const madeIds = new Set(made2.map(({ document }) => document.runId));
  const others = [...ended.values()].filter(({ runId, configId }) => !madeIds.has(runId) && UUID4.test(runId) && UUID4.test(configId));
  await placeUnknownConfigs(context, [
    ...others.map(({ configId, source, endedAt }) => ({ configId, source, startedAt: endedAt, finishedAt: endedAt })),
    ...made2.map(({ document: { source, startedAt, finishedAt, tags } }) => ({ configId: configOf({ tags }), source, startedAt, finishedAt }))
  ]);
  const configs = await tx.selectFrom("configs").select(["id", "name", "settings", "created_at"]).where("tenant_id", "=", tenantId).execute();
  const byId = new Map(configs.map((config4) => [config4.id, config4]));
  const rows = [
    ...made2.map((entry) => ({ tenant_id: tenantId, ...rowOfSnapshot(entry, { config: byId.get(configOf(entry.document)), ended: ended.get(entry.document.runId) }) })),
    ...others.map((run) => ({ tenant_id: tenantId, ...rowOfEnd(run, { config: byId.get(run.configId), locale }) }))
  ];
  let inserted = 0;
  for (let at = 0; at < rows.length; at += BATCH_ROWS3) {
    const results = await tx.insertInto("runs").values(rows.slice(at, at + BATCH_ROWS3)).onConflict((conflict) => conflict.column("id").doNothing()).executeTakeFirst();
    inserted += Number(results.numInsertedOrUpdatedRows ?? 0n);
  }
  return { runs: rows.length, inserted };
}
async function placeUnknownConfigs({ parts: { tenantId }, tx }, traces) {
  const newest = new Map(traces.map((trace) => [trace.configId, trace]));
  const rows = [...newest.values()].map(({ configId, source, startedAt, finishedAt }) => ({
    id: configId,
    tenant_id: tenantId,
    name: source,
    kind: "FILES",
    settings: "{}",
    enabled: false,
    recorded_generation: 1,
    created_by: "system",
    created_at: startedAt,
    updated_at: finishedAt,
    removed_at: finishedAt
  }));
  for (let at = 0; at < rows.length; at += BATCH_ROWS3) await tx.insertInto("configs").values(rows.slice(at, at + BATCH_ROWS3)).onConflict((conflict) => conflict.column("id").doNothing()).execute();
}
function rowOfSnapshot({ name, document }, { config: config4, ended }) {
  const { filesNew, filesChanged, filesUnmodified, bytesStored, point, skipped, skippedCount } = outcomeOf({ snapshot: name, document, isRepeat: false });
  const stats = { filesNew, filesChanged, filesUnmodified, bytesProcessed: point.bytes, bytesAdded: point.bytesAdded, bytesStored };
  const how = ended ? { type: ended.type, trigger: ended.trigger, due_at: ended.dueAt, attempts: ended.attempts, started_at: ended.startedAt, finished_at: ended.endedAt } : { type: typeOf2(document, config4), trigger: isByHand(document.runId) ? RunTrigger.MANUAL : RunTrigger.SCHEDULED, due_at: config4 ? dueAtOf(document, config4) : null, attempts: 1, started_at: document.startedAt, finished_at: document.finishedAt };
  return {
    id: document.runId,
    config_id: configOf(document),
    config_name: config4?.name ?? document.source,
    source: document.source,
    state: skippedCount > 0 ? RunState.PARTIAL : RunState.COMPLETED,
    requested_by: "system",
    created_at: document.startedAt,
    snapshot: name,
    stats: JSON.stringify(stats),
    skipped: JSON.stringify(skipped),
    ...how
  };
}
function rowOfEnd(run, { config: config4, locale }) {
  return {
    id: run.runId,
    config_id: run.configId,
    config_name: config4?.name ?? run.source,
    source: run.source,
    type: run.type,
    trigger: run.trigger,
    due_at: run.dueAt,
    state: run.state,
    requested_by: "system",
    created_at: run.startedAt ?? run.dueAt ?? run.endedAt,
    started_at: run.startedAt,
    finished_at: run.endedAt,
    attempts: run.attempts,
    snapshot: run.snapshot,
    ...run.stats && { stats: JSON.stringify(run.stats) },
    ...isErrorCode(run.code) && { error: JSON.stringify(failureOf(new BackupError(run.code, "From the audit log."), locale)) }
  };
}
function isErrorCode(code) {
  return ERROR_CODES.some((known) => known === code);
}
function typeOf2({ type, parent }, config4) {
  const asked = config4?.settings?.type;
  return asked !== void 0 && (parent === null || snapshotTypeOf(asked) === type) ? asked : type;
}
function isByHand(runId) {
  return UUID4.exec(runId)?.[1] === RANDOM;
}
function dueAtOf({ runId = "", startedAt, tags }, { settings, created_at: createdAt }) {
  const { schedule: schedule2, timezone } = settings;
  if (isByHand(runId) || !schedule2 || timezone === void 0) return null;
  const untilMs = Date.parse(startedAt);
  const frame = { timezone, createdAtMs: createdAt.getTime(), afterMs: untilMs - DUE_MS_MAX };
  try {
    const dueAtMs = dueTimesBetween(schedule2, frame, { untilMs, limit: DUE_TIMES_MAX }).times.find((atMs) => scheduledRunId(configOf({ tags }), atMs) === runId);
    return dueAtMs === void 0 ? null : new Date(dueAtMs);
  } catch (error) {
    if (isBackupError(error, "CONFIG_INVALID")) return null;
    throw error;
  }
}

// src/services/rebuild/rebuild-system.ts
async function rebuildSystem(parts, options = {}) {
  var _stack = [];
  try {
    const { signal } = options;
    const isForced = options.force === true;
    const repository = __using(_stack, await parts.repository.open(signal), true);
    const read = await readAll(repository, signal);
    if (read.doubts[0] && !isForced) throw read.doubts[0];
    for (const { code, message } of read.doubts) parts.log.warn("a rebuild goes on in spite of a doubt", { code, message });
    const { summary, master } = await parts.catalog.transaction((tx) => restoreAll({ parts, tx, repository, ...read, isForced }, options.by ?? "system"), signal ? { signal } : {});
    if (master && parts.secrets instanceof ControlKey) parts.secrets.adopt(master);
    await recordControlKey(parts, repository, signal);
    return summary;
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function readAll(repository, signal) {
  const history = await readHistory(repository, signal ? { signal } : {});
  const audit = await readRecords(repository, RecordFolder.AUDIT, signal);
  const problems = [...history.problems.filter(({ key }) => key.startsWith(RecordFolder.DECISIONS)), ...audit.problems];
  return { history, auditRecords: audit.entries, doubts: [...history.rollbacks, ...problems.map(({ error }) => error)] };
}
async function restoreAll(context, by) {
  const { parts: { tenantId, repository: { rowId }, catalog }, tx, repository, history } = context;
  const audit = await restoreAudit(context);
  const { key, master } = await restoreControlKey(context);
  const configs = await restoreConfigs(context);
  const runs = await restoreRuns(context, endedRuns(audit.entries));
  await restoreDueTimes(context);
  const known = new Set((await tx.selectFrom("recovery_points").select("snapshot").where("repository_id", "=", rowId).execute()).map(({ snapshot }) => snapshot));
  const holdings = holdingsOf(repository, history, [...known]);
  await saveHoldings(tx, { tenantId, repositoryRowId: rowId }, holdings);
  const pins = holdings.protections.filter(({ record }) => record === "pin").length;
  const summary = {
    configs: configs.live,
    configsRemoved: configs.removed,
    points: holdings.points.length,
    runs: runs.runs,
    pins,
    holds: holdings.protections.length - pins,
    auditEntries: audit.entries.length
  };
  const isChange = configs.changed + runs.inserted + audit.appended > 0 || holdings.points.some(({ snapshot }) => !known.has(snapshot));
  if (isChange) await openAuditLog(catalog, key.auditKey, tenantId).append({ actor: by, action: "system.rebuild", resource: "system:rebuild", result: AuditResult.SUCCESS, details: { ...summary } }, tx);
  return { summary, master };
}

// src/services/storage/download-file.ts
import { Readable as Readable2 } from "node:stream";

// src/services/storage/file-path.ts
var PATH_BYTES_MAX = 1024;
function checkFilePath(path11) {
  const why = whyNot(path11);
  if (why !== void 0) throw new BackupError("CONFIG_INVALID", `The file path is not taken: ${why}.`, { context: { path: "path", why, accepted: "names joined by slashes, such as docs/report.pdf" } });
}
function whyNot(path11) {
  if (path11 === "") return "it is empty";
  if (Buffer.byteLength(path11) > PATH_BYTES_MAX) return `it is longer than ${PATH_BYTES_MAX} bytes`;
  if (/[\x00-\x1f\x7f]/.test(path11) || !path11.isWellFormed()) return "it has control characters";
  if (path11.startsWith("/") || path11.endsWith("/")) return "it begins or ends with a slash";
  return path11.split(/[/\\]/).some((step) => ["", ".", ".."].includes(step)) ? 'it has an empty, "." or ".." step' : void 0;
}

// src/services/storage/download-file.ts
async function download(parts, path11, { stream, signal } = {}) {
  var _stack = [];
  try {
    checkFilePath(path11);
    const opened = await open(parts, path11, signal);
    if (stream) {
      const readable2 = Readable2.from(opened.content, { objectMode: false, ...signal && { signal } });
      return readable2.once("close", () => void opened[Symbol.asyncDispose]());
    }
    const file = __using(_stack, opened, true);
    const pieces = [];
    for await (const piece of file.content) pieces.push(piece);
    return new Uint8Array(Buffer.concat(pieces));
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function open(parts, path11, signal) {
  const repository = await parts.repository.open(signal);
  try {
    const file = await readUserFile(repository, path11, signal ? { signal } : {});
    const close = async () => {
      await file[Symbol.asyncDispose]();
      await repository[Symbol.asyncDispose]();
    };
    return { content: file.content, [Symbol.asyncDispose]: close };
  } catch (error) {
    await repository[Symbol.asyncDispose]();
    throw error;
  }
}

// src/services/storage/stored-files.ts
async function remove(parts, path11, call = {}) {
  var _stack = [];
  try {
    checkFilePath(path11);
    const repository = __using(_stack, await parts.repository.open(call.signal), true);
    return { deleted: await removeUserFile(repository, path11, signalOf(call)) };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function exists(parts, path11, call = {}) {
  var _stack = [];
  try {
    checkFilePath(path11);
    const repository = __using(_stack, await parts.repository.open(call.signal), true);
    return await hasUserFile(repository, path11, signalOf(call));
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function list2(parts, prefix = "", call = {}) {
  var _stack = [];
  try {
    const repository = __using(_stack, await parts.repository.open(call.signal), true);
    const { files, problems } = await listUserFiles(repository, signalOf(call));
    for (const { key, error } of problems) parts.log.error("a stored file has a damaged name", { key, error });
    return {
      files: files.filter(({ path: path11 }) => path11.startsWith(prefix)).map(({ path: path11, bytes, modifiedAt }) => ({ path: path11, bytes, modifiedAt })),
      warnings: problems.map(({ key }) => warningOf("STORED_FILE_DAMAGED", parts.locale, { key }))
    };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function signalOf({ signal }) {
  return signal ? { signal } : {};
}

// src/services/storage/upload-file.ts
async function upload(parts, path11, content, call = {}) {
  var _stack = [];
  try {
    checkFilePath(path11);
    const repository = __using(_stack, await parts.repository.open(call.signal), true);
    const { bytes, sha256 } = await writeUserFile(repository, path11, piecesOf2(content, call.onProgress), call.signal ? { signal: call.signal } : {});
    return { path: path11, bytes, sha256 };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function* piecesOf2(content, onProgress) {
  let bytes = 0;
  const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
  for await (const piece of pieces) {
    const chunk = typeof piece === "string" ? Buffer.from(piece) : piece;
    bytes += chunk.length;
    yield chunk;
    onProgress?.(bytes);
  }
}

// src/services/status/system-status.ts
async function systemStatus(parts) {
  const [scheduler, configs, running, alerts] = await Promise.all([schedulerStatus(parts), configStatuses(parts), runningRuns(parts), getActiveAlerts(parts)]);
  return { scheduler, configs, running, alerts, repository: parts.repository.location.path, database: parts.catalog.location };
}

// src/system/handlers.ts
function given(input) {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== void 0));
}
async function only(data) {
  return { data: await data };
}
var HANDLERS = {
  "config.create": async (parts, { config: config4 }, { by }) => createConfig(parts, config4, by).then(({ config: data, warnings }) => ({ data, warnings })),
  "config.update": async (parts, { id, patch }, { by }) => updateConfig(parts, id, patch, by).then(({ config: data, warnings }) => ({ data, warnings })),
  "config.delete": (parts, { id }, { by }) => deleteConfig(parts, id, by).then(({ warnings }) => ({ data: { deleted: true }, warnings })),
  "config.get": (parts, { id }) => only(getConfig(parts, id)),
  "config.list": (parts) => only(listConfigs(parts)),
  "backup.execute": (parts, { configId }, { by }) => only(requestRun(parts, { configId, by, trigger: "MANUAL" })),
  "backup.cancel": (parts, { runId }) => only(cancelRun(parts, runId)),
  "backup.get": (parts, { runId }) => only(getRun(parts, runId)),
  "backup.wait": (parts, { runId }, { signal }) => only(waitForRun(parts, runId, given({ signal }))),
  "backup.list": (parts, { filters, pagination }) => only(listBackups(parts, filters, pagination)),
  "retention.simulate": (parts, options) => only(simulateRetention(parts, options)),
  "retention.apply": (parts, { configId }) => only(applyRetention(parts, configId)),
  "scheduler.status": (parts) => only(schedulerStatus(parts)),
  "system.status": (parts) => only(systemStatus(parts)),
  "monitor.realTime": (parts) => only(getRealTimeMetrics(parts)),
  "monitor.metrics": (parts, { period }) => only(calculateMetrics(parts, period)),
  "monitor.alerts": (parts) => only(getActiveAlerts(parts)),
  "monitor.createAlert": (parts, alert) => only(createAlert(parts, alert)),
  "monitor.acknowledge": (parts, { alertId }, { by }) => only(acknowledgeAlert(parts, alertId, by)),
  "monitor.health": (parts) => only(performHealthCheck(parts)),
  "recover.create": (parts, { backupId, type, options }, { by }) => only(createRecoveryRequest(parts, { pointOrRunId: backupId, type, options }, by)),
  "recover.status": (parts, { requestId }) => only(getRecoveryStatus(parts, requestId)),
  "recover.cancel": (parts, { requestId }, { by }) => only(cancelRecovery(parts, requestId, by)),
  "recover.points": (parts, { configId }) => only(getRecoveryPoints(parts, configId)),
  "recover.pin": (parts, { pointId, reason }, { by }) => only(pinPoint(parts, pointId, { reason, by })),
  "recover.unpin": (parts, { pointId }, { by }) => only(unpinPoint(parts, pointId, by)),
  "recover.addHold": (parts, hold, { by }) => only(addHold(parts, hold, by)),
  "recover.liftHold": (parts, { holdId }, { by }) => only(liftHold(parts, holdId, by)),
  "storage.delete": (parts, { path: path11 }) => only(remove(parts, path11)),
  "storage.list": (parts, { prefix }) => list2(parts, prefix).then(({ files: data, warnings }) => ({ data, warnings })),
  "storage.exists": (parts, { path: path11 }) => only(exists(parts, path11)),
  "audit.verify": (parts) => only(verifyAudit(parts)),
  "audit.export": (parts, { from, to }) => only(exportAudit(parts, given({ from, to }))),
  "system.rebuild": (parts, { force }, { by, signal }) => only(rebuildSystem(parts, given({ by, force, signal })))
};
var STREAM_HANDLERS = {
  upload: (parts, path11, body, { signal }) => upload(parts, path11, body, given({ signal })),
  download: (parts, path11, { signal }) => download(parts, path11, { stream: true, ...given({ signal }) })
};

// src/system/local-transport.ts
var CLIENT_ERRORS_BELOW = 500;
var READ_BY_OTHERS = /* @__PURE__ */ new Set(["monitor.createAlert", "system.rebuild"]);
var LocalTransport = class {
  #parts;
  #log;
  #handlers;
  #streams;
  constructor(parts, handlers, streams) {
    this.#parts = parts;
    this.#log = parts.log.child("calls");
    this.#handlers = handlers;
    this.#streams = streams;
  }
  call(name, input, context) {
    const { action, about } = CALLS[name];
    const run = async () => {
      const parsed = parseCall(name, withoutUndefined(input));
      return this.#handlers[name](this.#partsFor(name, context), parsed, { by: context.caller.actor, signal: context.signal });
    };
    return this.#told(name, this.#attempt(action === void 0 ? run : () => this.#audited(run, { action, resource: about?.(input) ?? action }, context), context));
  }
  /** Whoever asks is answered in his own language. */
  #partsFor(name, { caller }) {
    return READ_BY_OTHERS.has(name) ? this.#parts : { ...this.#parts, locale: caller.locale };
  }
  /** For DEBUG=backup:calls: which calls come, and how they end. */
  async #told(name, answer2) {
    const result = await answer2;
    this.#log.debug(name, result.success ? { warnings: result.warnings.map(({ code }) => code) } : { failed: result.error.code });
    return result;
  }
  upload(path11, body, context) {
    const run = async () => ({ data: await this.#streams.upload(this.#parts, path11, body, { by: context.caller.actor, signal: context.signal }) });
    return this.#attempt(() => this.#audited(run, { action: "storage.upload", resource: `user:${path11}` }, context), context);
  }
  download(path11, context) {
    const run = async () => ({ data: await this.#streams.download(this.#parts, path11, { by: context.caller.actor, signal: context.signal }) });
    return this.#attempt(() => this.#audited(run, { action: "storage.download", resource: `user:${path11}` }, context), context);
  }
  async [Symbol.asyncDispose]() {
  }
  #attempt(run, context) {
    return attempt(run, { locale: context.caller.locale, log: this.#parts.log });
  }
  /** Success, refusal and failure are all written down. An entry that can't be is a warning of the call, and an error in the log. */
  async #audited(run, act, context) {
    const entry = { ...act, actor: context.caller.actor };
    let answer2;
    try {
      answer2 = await run();
    } catch (error) {
      await this.#write({ ...entry, ...outcomeOf2(error) }, context);
      throw error;
    }
    const missing2 = await this.#write({ ...entry, result: AuditResult.SUCCESS }, context);
    return missing2 === void 0 ? answer2 : { ...answer2, warnings: [...answer2.warnings ?? [], missing2] };
  }
  async #write(event, { caller }) {
    try {
      await this.#parts.audit.append(event);
      return void 0;
    } catch (error) {
      this.#parts.log.error("an act could not be written into the audit log", { action: event.action, resource: event.resource, error });
      return warningOf("AUDIT_NOT_WRITTEN", caller.locale);
    }
  }
};
function outcomeOf2(error) {
  const code = error instanceof BackupError ? error.code : "INTERNAL";
  return { result: ERROR_CATALOG[code].httpStatus < CLIENT_ERRORS_BELOW ? AuditResult.REFUSED : AuditResult.FAILED, details: { code } };
}
function withoutUndefined(input) {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== void 0).map(([name, value]) => [name, withoutUndefined(value)]));
}

// src/system/repository-access.ts
import { randomUUID as randomUUID6 } from "node:crypto";
async function openRepositoryAccess(catalog, options) {
  const place = options.location.path;
  const { rowId, repositoryId } = await catalog.transaction(async (tx) => {
    await tx.insertInto("repositories").values({ id: randomUUID6(), tenant_id: DEFAULT_TENANT_ID, location: place }).onConflict((conflict) => conflict.columns(["tenant_id", "location"]).doNothing()).execute();
    const row = await tx.selectFrom("repositories").select(["id", "repository_id"]).where("tenant_id", "=", DEFAULT_TENANT_ID).where("location", "=", place).forUpdate().executeTakeFirstOrThrow();
    const repositoryId2 = await findOrMake(options, { rowId: row.id, repositoryId: row.repository_id });
    await tx.updateTable("repositories").set({ repository_id: repositoryId2, last_seen_at: new Date(nowMs()) }).where("id", "=", row.id).execute();
    return { rowId: row.id, repositoryId: repositoryId2 };
  });
  const { location, keks, stateDirectory } = options;
  return { rowId, location, repositoryId, keks, stateDirectory, open: (signal) => openKnown(catalog, options, { rowId, ...signal && { signal } }), openStore: () => openStore(location) };
}
async function refuseWrongKey({ location, keks, signal }) {
  try {
    var _stack = [];
    try {
      const _repository = __using(_stack, await Repository.open(openStore(location), keks, { ...signal && { signal } }), true);
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      var _promise = __callDispose(_stack, _error, _hasError);
      _promise && await _promise;
    }
  } catch (error) {
    if (isBackupError(error, "KEY_WRONG")) throw error;
  }
}
async function findOrMake(options, known) {
  try {
    var _stack = [];
    try {
      const repository = __using(_stack, await openChecked(options, known), true);
      return repository.keys.repositoryId.toString("hex");
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      var _promise = __callDispose(_stack, _error, _hasError);
      _promise && await _promise;
    }
  } catch (error) {
    var _stack2 = [];
    try {
      if (!isBackupError(error, "REPOSITORY_NOT_FOUND")) throw error;
      if (known.repositoryId !== null) throw missing(options, error);
      const repository = __using(_stack2, await Repository.create(openStore(options.location), options.keks[0], "system"), true);
      return repository.keys.repositoryId.toString("hex");
    } catch (_2) {
      var _error2 = _2, _hasError2 = true;
    } finally {
      var _promise2 = __callDispose(_stack2, _error2, _hasError2);
      _promise2 && await _promise2;
    }
  }
}
async function openKnown(catalog, options, { rowId, signal }) {
  const row = await catalog.db.selectFrom("repositories").select("repository_id").where("id", "=", rowId).executeTakeFirstOrThrow();
  try {
    return await openChecked({ ...options, ...signal && { signal } }, { rowId, repositoryId: row.repository_id });
  } catch (error) {
    throw isBackupError(error, "REPOSITORY_NOT_FOUND") ? missing(options, error) : error;
  }
}
async function openChecked(options, known) {
  const memory = (repositoryId) => new ClientState(options.stateDirectory, repositoryId);
  const repository = await Repository.open(openStore(options.location), options.keks, { memory, ...options.signal && { signal: options.signal } });
  try {
    const { repositoryId } = repository.keys;
    if (known.repositoryId !== null && repositoryId.toString("hex") !== known.repositoryId) throw missing(options);
    return repository;
  } catch (error) {
    await repository[Symbol.asyncDispose]();
    throw error;
  }
}
function missing(options, cause) {
  return new BackupError("REPOSITORY_MISSING", "The repository that this system knows is not at its place.", { context: { repository: options.location.path }, cause });
}

// src/system/start-work.ts
var SECOND_MS = 1e3;
var MINUTE_MS4 = 60 * SECOND_MS;
var STOP_GRACE_MS = 30 * SECOND_MS;
var CLOSE_MS_MAX = 30 * SECOND_MS;
async function startWork(parts, timing = {}) {
  const worker = await startWorker(parts, {
    ...timing,
    roles: { scheduler: true, worker: true },
    carryOutRecovery,
    runStarted,
    runFinished: runEnded,
    carryOutRun: async (each, claim4, options) => {
      await carryOutRun(each, claim4, options);
      await closeAudit(each);
    },
    periodic: [
      { name: "rules", everyMs: 15 * SECOND_MS, run: () => evaluateRules(parts, nowMs()) },
      { name: "outbox", everyMs: 2 * SECOND_MS, run: ({ signal }) => dispatchOutbox(parts, { signal }) },
      { name: "records", everyMs: MINUTE_MS4, run: ({ signal }) => retryRecords(parts, { signal, onPending: alarmPending(parts) }) },
      { name: "recoveries", everyMs: 15 * SECOND_MS, run: () => resumeRecoveries(parts) },
      { name: "audit", everyMs: 30 * MINUTE_MS4, run: ({ signal }) => closeAuditSegments(parts, { signal }) },
      { name: "heartbeat", everyMs: MINUTE_MS4, run: ({ signal }) => schedulerHeartbeat(parts, { signal }) },
      { name: "database", everyMs: 24 * 60 * MINUTE_MS4, run: ({ signal }) => parts.catalog.maintain(signal) },
      { name: "verification", everyMs: 60 * MINUTE_MS4, run: ({ signal }) => verifyWhenDue(parts, { signal }) },
      { name: "repository", everyMs: 60 * MINUTE_MS4, run: ({ signal }) => lookIntoRepository(parts, signal) }
    ]
  });
  const stop = async () => {
    await worker.stop({ graceMs: STOP_GRACE_MS });
    await closeAudit(parts);
  };
  return { stop };
}
async function closeAudit(parts) {
  try {
    await closeAuditSegments(parts, { signal: AbortSignal.timeout(CLOSE_MS_MAX) });
  } catch (error) {
    parts.log.warn("the audit log could not be closed into the repository", { error });
  }
}
async function lookIntoRepository(parts, signal) {
  var _stack = [];
  try {
    const repository = __using(_stack, await parts.repository.open(signal), true);
    await recordControlKey(parts, repository);
    await syncPoints(parts, repository);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}

// src/system/open-system.ts
async function openSystem(options) {
  const closing = [];
  const closeAll = async () => {
    for (let close = closing.pop(); close; close = closing.pop()) await close();
  };
  try {
    const parts = await openParts(options, (close) => void closing.push(close));
    if (options.works) {
      const work = await startWork(parts, options.timing);
      closing.push(() => work.stop());
    }
    return { transport: new LocalTransport(parts, HANDLERS, STREAM_HANDLERS), stop: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
async function openParts({ settings, keks, keyFiles, log, lock, works, signal }, onClose) {
  const { home, databaseUrl } = settings;
  const location = databaseUrl === void 0 ? { directory: path7.join(home, "database") } : { url: databaseUrl };
  const catalog = await openCatalog(location, { ...lock && { lock }, ...signal && { signal } });
  onClose(async () => await catalog[Symbol.asyncDispose]());
  await catalog.db.insertInto("tenants").values({ id: DEFAULT_TENANT_ID, name: "default" }).onConflict((conflict) => conflict.doNothing()).execute();
  const repository = await openRepositoryAccess(catalog, { location: settings.repository, keks, stateDirectory: path7.join(home, "repositories"), ...signal && { signal } });
  const controlKey = await openKey(catalog, repository);
  const queue = await openJobQueue(catalog, { log: log.child("queue"), isWorker: works });
  onClose(async () => await queue[Symbol.asyncDispose]());
  return {
    catalog,
    queue,
    repository,
    log,
    home,
    keyFiles,
    tenantId: DEFAULT_TENANT_ID,
    defaults: settings.defaults,
    channels: settings.channels,
    notifiers: openNotifiers(settings.channels),
    locale: settings.locale,
    audit: openAuditLog(catalog, controlKey.auditKey, DEFAULT_TENANT_ID),
    secrets: controlKey,
    worker: { id: randomUUID7(), host: hostName(), pid: process.pid }
  };
}
async function openKey(catalog, { keks, open: open2 }) {
  try {
    return await openControlKey(catalog, keks);
  } catch (error) {
    var _stack = [];
    try {
      if (!isBackupError(error, "KEY_WRONG")) throw error;
      const repository = __using(_stack, await open2(), true);
      return await openControlKey(catalog, [...keks, repository.keys.controlPlaneKek]);
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      var _promise = __callDispose(_stack, _error, _hasError);
      _promise && await _promise;
    }
  }
}

// src/system/owner/elected-transport.ts
import net3 from "node:net";

// src/system/owner/socket-transport.ts
import http2 from "node:http";
import { pipeline } from "node:stream/promises";

// src/system/owner/socket-protocol.ts
import { z as z4 } from "zod";
var CALL_PATH = "/call";
var UPLOAD_PATH = "/upload";
var DOWNLOAD_PATH = "/download";
var UPLOAD_HEADER = "x-neonpro-upload";
var CALL_BYTES_MAX = 16 * 1024 * 1024;
var callerSchema = z4.strictObject({ actor: z4.string().min(1).max(200), locale: z4.enum(["en", "pt-BR"]) });
var callSchema = z4.strictObject({ name: z4.string(), input: z4.unknown(), caller: callerSchema });
var pathSchema = z4.strictObject({ path: z4.string(), caller: callerSchema });
function encodeHeader(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
function decodeHeader(text) {
  return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
}

// src/system/owner/socket-transport.ts
var OwnerUnreachable = class extends Error {
  name = "OwnerUnreachable";
};
var NOT_ASKED = /* @__PURE__ */ new Set(["ECONNREFUSED", "ENOENT", "EACCES"]);
var SocketTransport = class {
  socketPath;
  constructor(socketPath) {
    this.socketPath = socketPath;
  }
  call(name, input, context) {
    return this.#ask(context, async (request) => {
      request.end(JSON.stringify({ name, input, caller: context.caller }));
    }, { path: CALL_PATH });
  }
  upload(path11, body, context) {
    const headers = { [UPLOAD_HEADER]: encodeHeader({ path: path11, caller: context.caller }) };
    return this.#ask(context, (request) => pipeline(body, request), { path: UPLOAD_PATH, headers });
  }
  async download(path11, context) {
    return this.#guard(context, async () => {
      const { request, response } = this.#open({ path: DOWNLOAD_PATH }, context.signal);
      request.end(JSON.stringify({ path: path11, caller: context.caller }));
      const answer2 = await response;
      if (answer2.headers["content-type"] === "application/json") return JSON.parse(await textOf3(answer2));
      return { success: true, data: answer2, warnings: [] };
    });
  }
  async [Symbol.asyncDispose]() {
  }
  #ask(context, write, target) {
    return this.#guard(context, async () => {
      const { request, response } = this.#open(target, context.signal);
      const [answer2] = await Promise.all([response, write(request)]);
      return JSON.parse(await textOf3(answer2));
    });
  }
  #open(target, signal) {
    const request = http2.request({ socketPath: this.socketPath, method: "POST", ...target, agent: false, ...signal && { signal } });
    const response = new Promise((resolve2, reject) => request.once("response", resolve2).once("error", reject));
    response.catch(() => {
    });
    return { request, response };
  }
  async #guard(context, run) {
    try {
      return await run();
    } catch (error) {
      if (error instanceof BackupError) return failure(error, context.caller.locale);
      if (context.signal?.aborted) return failure(new BackupError("ABORTED", "The call was stopped.", { cause: error }), context.caller.locale);
      if (NOT_ASKED.has(systemCode(error) ?? "")) throw new OwnerUnreachable(this.socketPath, { cause: error });
      return failure(new BackupError("OWNER_GONE", "The owner ended during the call.", { cause: error }), context.caller.locale);
    }
  }
};
async function textOf3(answer2) {
  const pieces = [];
  for await (const piece of answer2) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

// src/system/owner/elected-transport.ts
var ELECTION_MS_MAX = 2e4;
var POLL_MS3 = 50;
var ElectedTransport = class _ElectedTransport {
  #election;
  #role;
  #electing;
  constructor(election, role) {
    this.#election = election;
    this.#role = role;
  }
  /** Throws what opening as the owner throws; OWNER_GONE when another holds the lock and does not answer. */
  static async open(election) {
    return new _ElectedTransport(election, await elect(election));
  }
  get isOwner() {
    return this.#role.kind === "OWNER";
  }
  call(name, input, context) {
    return this.#through(context, (transport) => transport.call(name, input, context));
  }
  async upload(path11, body, context) {
    if (this.#role.kind === "CLIENT" && !await isListening(this.#role.transport.socketPath)) await this.#elect();
    return this.#through(context, (transport) => transport.upload(path11, body, context), { isRepeatable: false });
  }
  download(path11, context) {
    return this.#through(context, (transport) => transport.download(path11, context));
  }
  async [Symbol.asyncDispose]() {
    if (this.#role.kind === "OWNER") await this.#role.started.stop();
  }
  async #through(context, ask, options = { isRepeatable: true }) {
    try {
      return await ask(this.#transport);
    } catch (error) {
      if (!(error instanceof OwnerUnreachable)) return failure(error, context.caller.locale);
      if (!options.isRepeatable) return failure(new BackupError("OWNER_GONE", "The owner ended before the upload."), context.caller.locale);
    }
    try {
      await this.#elect();
      return await ask(this.#transport);
    } catch (error) {
      return failure(error instanceof OwnerUnreachable ? new BackupError("OWNER_GONE", "The owner ended during the call.", { cause: error }) : error, context.caller.locale);
    }
  }
  get #transport() {
    return this.#role.kind === "OWNER" ? this.#role.started.transport : this.#role.transport;
  }
  /** Calls that find the owner gone together elect once. */
  async #elect() {
    this.#electing ??= elect(this.#election).finally(() => {
      this.#electing = void 0;
    });
    this.#role = await this.#electing;
  }
};
async function elect(election) {
  const startedNs = monotonicNs();
  for (; ; ) {
    const started = await election.tryOwn();
    if (started) return { kind: "OWNER", started };
    const socketPath = election.socketPath();
    if (await isListening(socketPath)) return { kind: "CLIENT", transport: new SocketTransport(socketPath) };
    if (Number((monotonicNs() - startedNs) / 1000000n) > ELECTION_MS_MAX) throw new BackupError("OWNER_EXISTS", "The owner does not answer.", { context: { ...election.ownerFacts() } });
    await sleep(POLL_MS3);
  }
}
function isListening(socketPath) {
  return new Promise((resolve2) => {
    const socket = net3.connect(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      resolve2(true);
    });
    socket.once("error", () => resolve2(false));
  });
}

// src/system/owner/owner-socket.ts
import fs7 from "node:fs";
import http3 from "node:http";
import path8 from "node:path";
import { pipeline as pipeline2 } from "node:stream/promises";
async function serveOwnerSocket(socketPath, transport, log) {
  makeDirectories(path8.dirname(socketPath), { mode: 448 });
  fs7.rmSync(socketPath, { force: true });
  const server = http3.createServer((request, response) => void answer(exchangeOf(request, response), transport, log));
  server.requestTimeout = 0;
  const formerMask = process.umask(127);
  try {
    await new Promise((resolve2, reject) => server.once("error", reject).listen(socketPath, resolve2));
  } finally {
    process.umask(formerMask);
  }
  server.unref();
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve2) => server.close(resolve2));
      server.closeAllConnections();
      await closed;
      fs7.rmSync(socketPath, { force: true });
    }
  };
}
function exchangeOf(request, response) {
  const controller = new AbortController();
  response.on("close", () => controller.abort());
  return { request, response, signal: controller.signal };
}
async function answer(exchange, transport, log) {
  try {
    const { pathname } = new URL(exchange.request.url ?? "/", "http://owner");
    if (pathname === CALL_PATH) await answerCall(exchange, transport);
    else if (pathname === UPLOAD_PATH) await answerUpload(exchange, transport);
    else if (pathname === DOWNLOAD_PATH) await answerDownload(exchange, transport);
    else send2(exchange, failure(new BackupError("USAGE", "The owner does not know this request."), "en"));
  } catch (error) {
    log.warn("a request on the socket could not be read", { error });
    if (exchange.response.headersSent) exchange.response.destroy();
    else send2(exchange, failure(error instanceof BackupError ? error : new BackupError("USAGE", "The request could not be read.", { cause: error }), "en"));
  }
}
async function answerCall(exchange, transport) {
  const { name, input, caller } = callSchema.parse(JSON.parse(await readBody(exchange.request)));
  if (!isCallName(name)) return send2(exchange, failure(new BackupError("USAGE", `This owner does not know the call ${name}: it may be an older version.`), caller.locale));
  send2(exchange, await transport.call(name, input, { caller, signal: exchange.signal }));
}
async function answerUpload(exchange, transport) {
  const { path: target, caller } = pathSchema.parse(decodeHeader(String(exchange.request.headers[UPLOAD_HEADER] ?? "")));
  send2(exchange, await transport.upload(target, exchange.request, { caller, signal: exchange.signal }));
}
async function answerDownload(exchange, transport) {
  const { path: source, caller } = pathSchema.parse(JSON.parse(await readBody(exchange.request)));
  const opened = await transport.download(source, { caller, signal: exchange.signal });
  if (!opened.success) return send2(exchange, opened);
  exchange.response.writeHead(200, { "content-type": "application/octet-stream" });
  await pipeline2(opened.data, exchange.response);
}
function isCallName(name) {
  return Object.hasOwn(CALLS, name);
}
async function readBody(request) {
  const pieces = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > CALL_BYTES_MAX) throw new BackupError("USAGE", "The call is too large.");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
function send2({ response }, body) {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

// src/system/owner/socket-path.ts
import { createHash as createHash6 } from "node:crypto";
import fs8 from "node:fs";
import os2 from "node:os";
import path9 from "node:path";
var ADDRESS_BYTES_MAX = 100;
var SHARED_RIGHTS = 63;
function chooseSocketPath({ file }) {
  const home = path9.dirname(file);
  const inHome = socketIn(home);
  return fits(inHome) ? inHome : socketIn(privateFolder(home));
}
function toldSocketPath(lockFile) {
  return readOwner(lockFile)?.socket ?? socketIn(path9.dirname(lockFile));
}
function socketIn(folder) {
  return path9.join(folder, "owner.sock");
}
function fits(socketPath) {
  return Buffer.byteLength(socketPath) <= ADDRESS_BYTES_MAX;
}
function privateFolder(home) {
  const digest = createHash6("sha256").update(home).digest("hex").slice(0, 16);
  const name = `neonpro-${process.getuid?.() ?? 0}-${digest}`;
  const base = fits(`${socketIn(path9.join(os2.tmpdir(), name))}-123456`) ? os2.tmpdir() : "/tmp";
  const folder = path9.join(base, name);
  try {
    fs8.mkdirSync(folder, { mode: 448 });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
  const facts = fs8.lstatSync(folder);
  const isOurs = facts.isDirectory() && facts.uid === (process.getuid?.() ?? facts.uid) && (facts.mode & SHARED_RIGHTS) === 0;
  return isOurs ? folder : fs8.mkdtempSync(`${folder}-`);
}

// src/system/start-system.ts
var OWNERSHIP_MS_MAX = 3e3;
var POLL_MS4 = 100;
async function startSystem(options) {
  const settings = resolveSettings(options);
  const { values } = settings;
  const keys = readKeys(values);
  const log = await openLog({ logger: values.logger, directory: values.logsDirectory, debug: values.debug, locale: values.locale, secrets: values.secrets });
  const open2 = { settings: values, keks: keys.keks, keyFiles: keys.keyFiles, log, works: options.works ?? values.scheduler, role: options.role, ...options.timing && { timing: options.timing }, ...options.signal && { signal: options.signal } };
  try {
    const started = values.databaseUrl === void 0 ? await startEmbedded(open2, options.mustOwn === true) : { ...await openSystem(open2), isOwner: true };
    const system2 = new BackupSystem({ actor: options.actor, locale: values.locale });
    const stop = async () => {
      await started.stop();
      log[Symbol.dispose]();
    };
    system2.attach({ transport: started.transport, stop });
    return { system: system2, transport: started.transport, settings, log, isOwner: started.isOwner, warnings: [...settings.warnings, ...keys.warnings], [Symbol.asyncDispose]: () => system2.shutdown() };
  } catch (error) {
    log[Symbol.dispose]();
    throw error;
  }
}
async function startEmbedded(open2, mustOwn) {
  if (mustOwn) return { ...await own(open2, await acquirePatiently(lockFileOf(open2))), isOwner: true };
  const transport = await ElectedTransport.open({
    socketPath: () => toldSocketPath(lockFileOf(open2)),
    ownerFacts: () => readOwner(lockFileOf(open2)) ?? { pid: 0, host: "" },
    tryOwn: async () => {
      const lock = await tryAcquire(lockFileOf(open2));
      return lock && own(open2, lock);
    }
  });
  if (!transport.isOwner) await checkClient(open2).catch(async (error) => {
    await transport[Symbol.asyncDispose]();
    throw error;
  });
  return { transport, stop: () => transport[Symbol.asyncDispose](), isOwner: transport.isOwner };
}
async function checkClient(open2) {
  const { repository } = open2.settings;
  const owner = readOwner(lockFileOf(open2));
  if (owner?.repository !== void 0 && !isSamePlace(owner.repository, repository.path)) {
    throw new BackupError("CONFIG_INVALID", "The process that owns this HOME has another repository.", { context: { path: "BACKUP_LOCAL_PATH", why: `process ${owner.pid}, which owns ${open2.settings.home}, works with ${owner.repository}`, accepted: "the same repository, or another NEONPRO_BACKUP_HOME" } });
  }
  await refuseWrongKey({ location: repository, keks: open2.keks, ...open2.signal && { signal: open2.signal } });
}
function isSamePlace(one, other) {
  const real = (place) => fs9.existsSync(place) ? fs9.realpathSync(place) : path10.resolve(place);
  return real(one) === real(other);
}
function lockFileOf({ settings }) {
  return path10.join(settings.home, "owner.lock");
}
async function own(open2, lock) {
  try {
    const local = await openSystem({ ...open2, lock });
    const socketPath = chooseSocketPath(lock);
    lock.tell({ repository: open2.settings.repository.path, socket: socketPath });
    const socket = await serveOwnerSocket(socketPath, local.transport, open2.log.child("socket"));
    return {
      transport: local.transport,
      stop: async () => {
        await socket[Symbol.asyncDispose]();
        await local.stop();
        lock[Symbol.dispose]();
      }
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}
async function tryAcquire(file) {
  try {
    return await OwnerLock.acquire(file);
  } catch (error) {
    if (isBackupError(error, "OWNER_EXISTS")) return void 0;
    throw error;
  }
}
async function acquirePatiently(file) {
  const startedNs = monotonicNs();
  for (; ; ) {
    try {
      return await OwnerLock.acquire(file);
    } catch (error) {
      if (!isBackupError(error, "OWNER_EXISTS") || Number((monotonicNs() - startedNs) / 1000000n) > OWNERSHIP_MS_MAX) throw error;
    }
    await sleep(POLL_MS4);
  }
}

// src/system/initialize.ts
var ACTOR = "library";
var system = new BackupSystem({ actor: ACTOR, get locale() {
  return localeOf(environment());
} });

export {
  initExternalDatabase,
  startSystem
};
