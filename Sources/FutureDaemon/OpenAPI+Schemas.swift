import Foundation
import FutureModel

extension OpenAPI {
    /// The shapes that requests and answers have.
    static let schemas: JSONValue = {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        } catch {
            preconditionFailure("the schemas are not JSON: \(error)")
        }
    }()

    private static let codes = QueueError.Code.allCases.map { "\"\($0.rawValue)\"" }
        .joined(separator: ", ")

    private static let text = ##"""
        {
        "ID": {"type": "integer", "minimum": 1},
        "Time": {"type": ["string", "null"], "format": "date-time"},
        "State": {"enum": ["pending", "running", "succeeded", "failed", "cancelled"]},
        "Pool": {"enum": ["thread", "process", "command"]},
        "Milliseconds": {"type": "integer", "minimum": 0},
        "Bytes": {"type": "string", "contentEncoding": "base64"},
        "Error": {"type": "object", "required": ["code", "message"], "properties": {
            "code": {"enum": [\##(codes)]},
            "message": {"type": "string"}}},
        "IDs": {"type": "object", "required": ["ids"], "properties": {
            "ids": {"type": "array", "items": {"$ref": "#/components/schemas/ID"}}}},
        "Submit": {"anyOf": [
            {"type": "object", "required": ["submissions"], "properties": {"submissions": {
                "type": "array", "items": {"$ref": "#/components/schemas/Submission"}}}},
            {"$ref": "#/components/schemas/Submission"}]},
        "Submission": {"anyOf": [
            {"type": "object", "required": ["task"], "additionalProperties": false, "properties": {
                "task": {"type": "string", "minLength": 1, "maxLength": 255},
                "arguments": {"type": ["array", "object"]},
                "pool": {"$ref": "#/components/schemas/Pool"},
                "options": {"$ref": "#/components/schemas/Options"}}},
            {"type": "object", "required": ["command"], "additionalProperties": false,
                "properties": {
                "command": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                "directory": {"type": "string"},
                "environment": {"type": "object", "additionalProperties": {"type": "string"}},
                "pool": {"const": "command"},
                "options": {"$ref": "#/components/schemas/Options"}}}]},
        "Options": {"type": "object", "additionalProperties": false, "properties": {
            "queue": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$", "default": "default"},
            "priority": {"type": "integer", "minimum": -1000, "maximum": 1000, "default": 0},
            "on_crash": {"enum": ["retry", "fail", "cancel"], "default": "retry"},
            "max_crashes": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 3},
            "on_shutdown": {"enum": ["finish", "requeue", "cancel"], "default": "finish"},
            "max_attempts": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 1},
            "backoff_ms": {"$ref": "#/components/schemas/Milliseconds"},
            "max_backoff_ms": {"$ref": "#/components/schemas/Milliseconds"},
            "time_limit_ms": {"type": "integer", "minimum": 1},
            "grace_ms": {"$ref": "#/components/schemas/Milliseconds"},
            "run_at": {"type": "string", "format": "date-time"},
            "key": {"type": "string", "minLength": 1, "maxLength": 255},
            "output_limit": {"type": "integer", "minimum": 0, "maximum": 67108864}}},
        "Exception": {"type": "object", "required": ["type", "message"], "properties": {
            "type": {"type": "string"}, "message": {"type": "string"}, "payload": {},
            "exit_code": {"type": "integer"}, "signal": {"type": "integer"},
            "attempt": {"type": "integer"}, "place": {"type": "object",
                "description": "Where the attempt ran.", "required": ["pool", "host"],
                "properties": {"pool": {"$ref": "#/components/schemas/Pool"},
                    "host": {"type": "string"}, "pid": {"type": "integer"}}}}},
        "Future": {"type": "object", "required": ["id", "task", "state", "attempt"],
            "description": "Every key is present; what does not apply is null.", "properties": {
            "id": {"$ref": "#/components/schemas/ID"},
            "task": {"type": "string"},
            "command": {"type": ["array", "null"], "items": {"type": "string"}},
            "directory": {"type": ["string", "null"]},
            "environment": {"type": ["object", "null"]},
            "arguments": {"type": ["array", "null"]},
            "pool": {"anyOf": [{"$ref": "#/components/schemas/Pool"}, {"type": "null"}]},
            "queue": {"type": "string"},
            "state": {"$ref": "#/components/schemas/State"},
            "hold": {"enum": ["unknown_task", "run_at", "retry", "dependency", "no_owner", null]},
            "attempt": {"type": "integer", "minimum": 0},
            "priority": {"type": "integer"},
            "submitted_at": {"$ref": "#/components/schemas/Time"},
            "run_at": {"$ref": "#/components/schemas/Time"},
            "next_attempt_at": {"$ref": "#/components/schemas/Time"},
            "started_at": {"$ref": "#/components/schemas/Time"},
            "finished_at": {"$ref": "#/components/schemas/Time"},
            "exit_code": {"type": ["integer", "null"]},
            "value": {},
            "exception": {"anyOf": [{"$ref": "#/components/schemas/Exception"}, {"type": "null"}]},
            "reason": {"type": ["string", "null"]},
            "stdout": {"type": ["string", "null"], "contentEncoding": "base64"},
            "stderr": {"type": ["string", "null"], "contentEncoding": "base64"},
            "stdout_dropped": {"type": ["integer", "null"]},
            "stderr_dropped": {"type": ["integer", "null"]},
            "options": {"$ref": "#/components/schemas/Options"},
            "charges": {"type": "object", "properties": {"errors": {"type": "integer"},
                "crashes": {"type": "integer"}, "interruptions": {"type": "integer"}}},
            "retry_of": {"type": ["integer", "null"]},
            "cancel_requested": {"type": "boolean"}}},
        "Futures": {"type": "object", "required": ["futures"], "properties": {
            "futures": {"type": "array", "items": {"$ref": "#/components/schemas/Future"}}}},
        "FutureList": {"type": "object", "required": ["futures"], "properties": {
            "futures": {"type": "array", "items": {"$ref": "#/components/schemas/Future"}},
            "unreadable": {"type": "array",
                "description": "Futures whose records are damaged; only where there are any.",
                "items": {"type": "object", "required": ["id", "message"], "properties": {
                    "id": {"$ref": "#/components/schemas/ID"},
                    "message": {"type": "string"}}}}}},
        "Snapshot": {"type": "object", "required": ["id", "state"], "properties": {
            "id": {"$ref": "#/components/schemas/ID"},
            "state": {"$ref": "#/components/schemas/State"}, "value": {},
            "exception": {"$ref": "#/components/schemas/Exception"},
            "reason": {"type": "string"}}},
        "BrokenOff": {"type": "object", "required": ["error"], "properties": {
            "error": {"$ref": "#/components/schemas/Error"}}},
        "Snapshots": {"type": "object", "required": ["snapshots"], "properties": {
            "snapshots": {"type": "array",
                "items": {"$ref": "#/components/schemas/Snapshot"}}}},
        "CompletionLine": {"anyOf": [{"$ref": "#/components/schemas/Snapshot"},
            {"$ref": "#/components/schemas/BrokenOff"}]},
        "OutputLine": {"anyOf": [
            {"type": "object", "required": ["stream", "bytes"], "properties": {
                "stream": {"enum": ["stdout", "stderr"]},
                "bytes": {"$ref": "#/components/schemas/Bytes"}}},
            {"$ref": "#/components/schemas/BrokenOff"}]},
        "Stream": {"type": "object", "required": ["bytes", "dropped_byte_count"], "properties": {
            "bytes": {"$ref": "#/components/schemas/Bytes"},
            "dropped_byte_count": {"type": "integer", "minimum": 0}}},
        "Output": {"type": "object", "required": ["stdout", "stderr"], "properties": {
            "stdout": {"$ref": "#/components/schemas/Stream"},
            "stderr": {"$ref": "#/components/schemas/Stream"}}},
        "History": {"type": "object", "required": ["history"], "properties": {"history": {
            "type": "array", "items": {"type": "object", "required": ["at", "event"],
                "properties": {
                "at": {"type": "string", "format": "date-time"}, "event": {"type": "string"},
                "attempt": {"type": "integer"},
                "exception": {"$ref": "#/components/schemas/Exception"},
                "detail": {"type": "string"}}}}}},
        "Cancel": {"type": "object", "required": ["ids"], "properties": {
            "ids": {"type": "array", "items": {"$ref": "#/components/schemas/ID"}},
            "pending_only": {"type": "boolean", "default": false},
            "grace_ms": {"$ref": "#/components/schemas/Milliseconds"}}},
        "CancelAnswers": {"type": "object", "required": ["answers"], "properties": {"answers": {
            "type": "array", "items": {"type": "object", "required": ["id", "kind", "state"],
                "properties": {
                "id": {"$ref": "#/components/schemas/ID"},
                "kind": {"enum": ["never_ran", "terminated", "too_late", "running", "asked"]},
                "state": {"$ref": "#/components/schemas/State"}}}}}},
        "Counts": {"type": "object", "properties": {"pending": {"type": "integer"},
            "running": {"type": "integer"}, "succeeded": {"type": "integer"},
            "failed": {"type": "integer"}, "cancelled": {"type": "integer"}}},
        "Stats": {"type": "object", "required": ["total", "queues"], "properties": {
            "total": {"$ref": "#/components/schemas/Counts"},
            "queues": {"type": "object",
                "additionalProperties": {"$ref": "#/components/schemas/Counts"}}}},
        "Owner": {"type": "object", "properties": {
            "process": {"type": "object", "properties": {"pid": {"type": "integer"},
                "start_time": {"type": "integer"}, "boot_id": {"type": "string"}}},
            "program": {"type": "string"}, "version": {"type": "string"},
            "socket": {"type": "string"}}},
        "Status": {"type": "object", "required": ["phase", "journal", "pools", "tasks"],
            "properties": {
            "phase": {"enum": ["no_owner", "serving", "shutting_down", "unserved"]},
            "journal": {"type": "string"},
            "owner": {"$ref": "#/components/schemas/Owner"},
            "pools": {"type": "array", "items": {"type": "object", "properties": {
                "kind": {"$ref": "#/components/schemas/Pool"}, "capacity": {"type": "integer"},
                "running": {"type": "integer"}}}},
            "tasks": {"type": "array", "items": {"type": "string"}},
            "commits": {"type": "integer"}, "submits": {"type": "integer"},
            "warning": {"type": ["string", "null"]}}},
        "Shutdown": {"type": "object", "properties": {
            "pending": {"enum": ["keep", "run", "cancel"], "default": "keep"},
            "running": {"enum": ["finish", "requeue", "cancel"]},
            "grace_ms": {"$ref": "#/components/schemas/Milliseconds"}}},
        "ShutdownPlan": {"type": "object", "required": ["request", "entries", "unlisted"], "properties": {
            "request": {"$ref": "#/components/schemas/Shutdown"},
            "entries": {"type": "array", "items": {"type": "object", "properties": {
                "id": {"$ref": "#/components/schemas/ID"},
                "state": {"$ref": "#/components/schemas/State"},
                "fate": {"enum": ["keep", "run", "cancel", "finish", "requeue"]}}}},
            "unlisted": {"type": "integer", "description": "Older pending futures, whose fate is that of the others."}}}
        }
        """##
}
