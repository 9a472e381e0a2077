import FutureModel
import Testing

/// JSON arrays that are put together and taken apart without looking into their items.
struct PayloadListTests {
    @Test(arguments: [
        [], ["1"], ["1", "\"a,b\"", "null"], ["[1,[2]]", "{\"a\":[1,2],\"b\":{}}"],
        [#""\"]""#, #""\\""#, #"{"a\"]":","}"#], [#""ü[é,""#, "-1.5e3"],
    ])
    func itemsComeBackAsTheyWere(_ items: [String]) throws {
        let list = Payload(list: items.map { Payload(json: $0) })
        #expect(try #require(list.list).map(\.json) == items)
        #expect(try list.decode(as: [Payload].self).count == items.count, "it is JSON")
    }

    @Test(arguments: [
        "", "1", "{}", "\"[1]\"", "[", "]", "[1", "1]", "[[1]", "[1]]", "[\"a]", #"["a\"]"#,
        "[1],[2]",
    ])
    func otherTextsAreNoLists(_ json: String) {
        #expect(Payload(json: json).list == nil)
    }

    @Test func spacesStayWithTheirItems() throws {
        let items = try #require(Payload(json: "[1, 2 ]").list)
        #expect(try items.map { try $0.decode(as: Int.self) } == [1, 2])
    }
}
