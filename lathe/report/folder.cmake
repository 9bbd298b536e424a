# The report page's assets and Chart.js, embedded at build time: the program writes a page that needs no other file.
target_link_libraries(lathe_report PUBLIC nlohmann_json::nlohmann_json)

find_file(LATHE_CHART_JS NAMES chart.min.js Chart.min.js PATHS /usr/share/javascript/chart.js
  DOC "Chart.js 3 or 4, minified")
if(NOT EXISTS "${LATHE_CHART_JS}")
  message(FATAL_ERROR "Chart.js was not found, which draws the plots of report.html. Install the Debian package "
    "libjs-chart.js ('apt-get install libjs-chart.js'), or give the file: -DLATHE_CHART_JS=/path/to/chart.min.js")
endif()
file(READ ${LATHE_CHART_JS} lathe_chart_banner LIMIT 400)
if(NOT lathe_chart_banner MATCHES "Chart\\.js v[34]\\.")
  message(FATAL_ERROR "${LATHE_CHART_JS} is not Chart.js 3 or 4 (its first lines do not say so); give another: "
    "-DLATHE_CHART_JS=/path/to/chart.min.js")
endif()

function(lathe_report_assets)
  set(assets ${CMAKE_CURRENT_SOURCE_DIR}/report/assets)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/report/assets.cpp)
  # The scripts are joined into one scope, in the order in which they use each other.
  set(scripts scope_open dom plots tables controls folds groups history kernels windows check report scope_close)
  list(TRANSFORM scripts REPLACE "(.+)" "${assets}/\\1.js")
  list(TRANSFORM scripts PREPEND "script=" OUTPUT_VARIABLE named_scripts)
  set(embed ${CMAKE_CURRENT_SOURCE_DIR}/report/embed.cmake)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -P ${embed} ${out} page=${assets}/report.html style=${assets}/report.css ${named_scripts}
      chart=${LATHE_CHART_JS} chart_licence=${assets}/chart_licence.txt
    DEPENDS ${embed} ${assets}/report.html ${assets}/report.css ${assets}/chart_licence.txt ${scripts} ${LATHE_CHART_JS}
    COMMENT "Embedding the report page" VERBATIM)
  target_sources(lathe_report PRIVATE ${out})
endfunction()
lathe_report_assets()
