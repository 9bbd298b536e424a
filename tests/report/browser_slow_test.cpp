/// The report in a real browser: no console errors, every plot shows its data, nothing sticks out at 400 pixels.
#include <gtest/gtest.h>

#include "lathe/report/page.h"
#include "tests/report/browser/browser.h"
#include "tests/report/browser/sample.h"

namespace lathe {
namespace {
using test::Visit;

void expect_sound(const Visit& seen) {
  EXPECT_EQ(seen.exit_status, 0);
  EXPECT_EQ(seen.at("checked"), "yes");
  EXPECT_EQ(seen.at("errors"), "0") << seen.at("first-error");
  EXPECT_EQ(seen.console, std::vector<std::string>{});
  EXPECT_EQ(seen.at("plots"), "40");  // 3 of the history, 1 + 30 of the kernels, 3 of each window
  EXPECT_EQ(seen.at("blank"), "");
  EXPECT_EQ(seen.at("unplaced"), "");
  EXPECT_EQ(seen.at("untitled"), "");
  EXPECT_EQ(seen.at("unnamed"), "0");
  EXPECT_EQ(seen.at("overflow"), "0");
}

TEST(ReportInBrowser, DrawsEveryPlotAt1280Pixels) {
  LATHE_NEEDS_CHROMIUM();
  const Visit seen = test::visit(report_page(test::sample_report()), 1280);
  EXPECT_EQ(seen.at("width"), "1280");
  expect_sound(seen);
}

TEST(ReportInBrowser, FitsInto400Pixels) {
  LATHE_NEEDS_CHROMIUM();
  const Visit seen = test::visit(report_page(test::sample_report()), 400);
  EXPECT_EQ(seen.at("width"), "400");
  expect_sound(seen);
}

TEST(ReportInBrowser, LeavesOutWhatIsAbsent) {
  LATHE_NEEDS_CHROMIUM();
  const Visit seen = test::visit(report_page(nlohmann::json::object()), 1280);
  EXPECT_EQ(seen.at("errors"), "0");
  EXPECT_EQ(seen.at("plots"), "0");
}

TEST(ReportInBrowser, DrawsFoldsAlsoWhereAMetricIsNotDefined) {
  LATHE_NEEDS_CHROMIUM();
  const nlohmann::json report = {
      {"folds",
       {{"metric", "auroc"},
        {"set", "pain"},
        {"rows",
         {{{"name", "s01"}, {"train_rows", 40}, {"test_rows", 10}, {"metrics", {{"auroc", 0.8}, {"f1", 0.7}}}},
          {{"name", "<b>s02"}, {"train_rows", 40}, {"test_rows", 10}, {"metrics", {{"auroc", nullptr}, {"f1", 0.6}}}},
          {{"name", "s03"}, {"train_rows", 40}, {"test_rows", 10}, {"metrics", {{"auroc", 0.9}, {"f1", 0.9}}}}}},
        {"across",
         {{"auroc",
           {{"mean", 0.85},
            {"std", 0.07},
            {"low", 0.2},
            {"high", 1.5},
            {"corrected_low", 0.1},
            {"corrected_high", 1.6}}}}},
        {"pooled", {{"auroc", {{"value", 0.84}, {"low", 0.7}, {"high", 0.9}}}, {"f1", 0.75}}}}}};
  const Visit seen = test::visit(report_page(report), 400);
  EXPECT_EQ(seen.at("errors"), "0") << seen.at("first-error");
  EXPECT_EQ(seen.at("plots"), "1");
  for (const char* fault : {"blank", "unplaced", "untitled"}) EXPECT_EQ(seen.at(fault), "") << fault;
  EXPECT_EQ(seen.at("overflow"), "0");
}

TEST(ReportInBrowser, PicturesPointsAndIntervalsWithinTheirRange) {
  LATHE_NEEDS_CHROMIUM();
  const nlohmann::json picture = {{"height", 2}, {"width", 3}, {"channels", 1}, {"values", {0, 255, 0, 255, 0, 255}}};
  const nlohmann::json arm = {{"name", "pruned"}, {"values", {0.98, 0.99}}, {"mean", 0.985},   {"std", 0.007},
                              {"low", 0.92},      {"high", 1.05},           {"parameters", 1}, {"macs", 1}};
  const nlohmann::json report = {
      {"windows",
       {{{"title", "image 0: cat"}, {"picture", picture}}, {{"title", "image 1: dog"}, {"picture", picture}}}},
      {"ledger",
       {{{"step", "train"}, {"parameters", 100}, {"accuracy", 0.98}},
        {{"step", "prune"}, {"parameters", 50}, {"accuracy", 0.967}}}},
      {"controls",
       {{"metric", "accuracy"},
        {"set", "test"},
        {"seeds", 2},
        {"arms", nlohmann::json::array({arm})},
        {"verdict", {"No difference."}}}},
      {"sets",
       {{"test",
         {{"accuracy", {{"value", 0.99}, {"low", 0.96}, {"high", 1.02}}},
          {"kappa", {{"value", -0.9}, {"low", -1.2}, {"high", 0.5}}}}}}}};
  // What of these the page does not say, in an attribute that the visit brings back.
  const std::string look =
      "<script>document.documentElement.dataset.missing = ['Images', '−50.0 %', '−1.3 points', '[0.920, 1.000]', "
      "'[0.960, 1.000]', '[−1.000, 0.500]', 'Two seeds are few: an interval over two is wide, and chance decides how "
      "wide.'].filter(text => !document.body.innerText.includes(text)).join('; ') || 'nothing'</script>";
  const Visit seen = test::visit(report_page(report) + look, 400);
  EXPECT_EQ(seen.at("errors"), "0") << seen.at("first-error");
  EXPECT_EQ(seen.at("missing"), "nothing");
  EXPECT_EQ(seen.at("unnamed"), "0");
  EXPECT_EQ(seen.at("overflow"), "0");
}

TEST(ReportInBrowser, ABrokenSectionIsNamedAndTheOthersStand) {
  LATHE_NEEDS_CHROMIUM();
  nlohmann::json report = test::sample_report();
  report["ledger"] = 7;
  report["ledgr"] = 8;
  const Visit seen = test::visit(report_page(report), 1280);
  EXPECT_EQ(seen.at("errors"), "2");
  EXPECT_EQ(seen.at("first-error"), "section 'ledger': rows is not iterable");
  EXPECT_EQ(seen.at("plots"), "40");
}

TEST(ReportInBrowser, TheCheckSeesABlankPlot) {
  LATHE_NEEDS_CHROMIUM();
  nlohmann::json report = test::sample_report();
  for (nlohmann::json& tap : report["kernels"]["list"][0]["taps"]) tap = nullptr;
  const Visit seen = test::visit(report_page(report), 1280);
  EXPECT_EQ(seen.at("blank"), "Kernel 1.5 s #0: mix +1, bias +0.0100");
  EXPECT_EQ(seen.at("unplaced"), "Kernel 1.5 s #0: mix +1, bias +0.0100");
}

TEST(ReportInBrowser, TheCheckSeesConsoleErrorsAndOverflow) {
  LATHE_NEEDS_CHROMIUM();
  const Visit seen = test::visit(report_page(test::sample_report()) +
                                     "<div style='width:900px'>wide</div><script>console.error('planted')</script>",
                                 400);
  EXPECT_EQ(seen.at("errors"), "1");
  EXPECT_EQ(seen.at("first-error"), "planted");
  ASSERT_EQ(seen.console.size(), 1U);
  EXPECT_NE(seen.console[0].find("planted"), std::string::npos);
  EXPECT_EQ(seen.at("overflow"), "500");
}

TEST(ReportInBrowser, FetchesNothing) {
  LATHE_NEEDS_CHROMIUM();
  const Visit seen = test::visit(report_page(test::sample_report()) + "<img src='file:///etc/hostname'>", 1280);
  ASSERT_EQ(seen.console.size(), 1U);
  EXPECT_NE(seen.console[0].find("Content Security Policy"), std::string::npos) << seen.console[0];
}

TEST(ReportInBrowser, DrawsGroupsAndStepsAlsoWhereAMetricIsNotDefined) {
  LATHE_NEEDS_CHROMIUM();
  const auto fold = [](const char* name, double f1) {
    return nlohmann::json{{"name", name},
                          {"train_rows", 40},
                          {"test_rows", 10},
                          {"metrics", {{"f1", f1}}},
                          {"steps",
                           {{{"step", "scratch"}, {"metrics", {{"f1", f1 / 2}, {"kappa", nullptr}}}},
                            {{"step", "<i>all"}, {"metrics", {{"f1", f1}, {"kappa", 0.5}}}}}}};
  };
  const nlohmann::json across = {{"f1", {{"mean", 0.6}, {"std", 0.1}, {"low", nullptr}, {"high", nullptr}}}};
  const nlohmann::json report = {
      {"folds",
       {{"metric", "f1"},
        {"set", "adl"},
        {"rows", {fold("split-0", 0.5), fold("split-1", 0.7)}},
        {"across", across},
        {"pooled", {{"f1", 0.6}}},
        {"steps",
         {{{"step", "scratch"}, {"metrics", {{"f1", {{"mean", 0.3}, {"std", 0.05}}}}}},
          {{"step", "<i>all"}, {"metrics", {{"f1", {{"mean", 0.6}, {"std", 0.1}}}, {"kappa", {{"mean", 0.5}}}}}}}}}},
      {"groups",
       {{"metric", "f1"},
        {"sets",
         {{"adl",
           {{"rows",
             {{{"name", "<b>f1"}, {"windows", 9}, {"samples", 9}, {"classes", 3}, {"f1", 0.5}, {"kappa", 0.4}},
              {{"name", "f5"}, {"windows", 4}, {"samples", 4}, {"classes", 1}, {"f1", 1}, {"kappa", nullptr}}}},
            {"across",
             {{"f1", {{"mean", 0.75}, {"std", 0.35}, {"groups", 2}}},
              {"kappa", {{"mean", 0.4}, {"std", nullptr}, {"groups", 1}}}}}}}}}}}};
  for (const int width : {1280, 400}) {
    const Visit seen = test::visit(report_page(report), width);
    EXPECT_EQ(seen.at("errors"), "0") << seen.at("first-error");
    EXPECT_EQ(seen.at("plots"), "3");
    for (const char* fault : {"blank", "unplaced", "untitled"}) EXPECT_EQ(seen.at(fault), "") << fault;
    EXPECT_EQ(seen.at("overflow"), "0");
  }
}

}  // namespace
}  // namespace lathe
